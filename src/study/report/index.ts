/**
 * @file report.html: one page that stands alone.
 *
 * No script, no request to anywhere (a content security policy says so to the browser), all text escaped. Everything in
 * it is drawn from results.json, so the page can be made again from that file alone.
 */
import { METHODS, type Results } from "../results.js";
import { figuresSection } from "./figures.js";
import { html } from "./html.js";
import { page } from "./page.js";
import { passagesSection } from "./passages.js";
import { findingsSection, head, limitsSection, madeSection } from "./sections.js";
import { dataTables, fitTable, qualityTables, runTable, slowdownTable, tradeoffTable } from "./tables.js";

/** Renders the whole page. */
export function renderReport(results: Results): string {
  const body = html`${head(results)}
<main>
${findingsSection(results)}
${figuresSection(results)}
${passagesSection(results)}
<section id="tables"><h2>The numbers</h2>
${METHODS.map((method) => slowdownTable(results, method))}
${tradeoffTable(results)}
${fitTable(results)}
${qualityTables(results)}
${dataTables(results)}
${runTable(results)}
</section>
${madeSection(results)}
${limitsSection(results)}
</main>
<footer>Made by Lacuna ${results.lacuna} from results.json beside this page, which holds every number above.</footer>`;
  const title = `Lacuna: filtering ${results.domain}, ${results.config.budget} budget`;
  return page({ title, version: results.lacuna, body });
}
