/**
 * @file report.html: one page that stands alone.
 *
 * No script, no request to anywhere (a content security policy says so to the browser), all text escaped. Everything in
 * it is drawn from results.json, so the page can be made again from that file alone. The first screen is for readers who
 * know nothing of the study; every section below is for those who want to check it.
 */
import type { Results } from "../results.js";
import { armTable, corpusTable, runTable } from "./data-tables.js";
import { figuresSection } from "./figures.js";
import { head } from "./head.js";
import { type Html, html } from "./html.js";
import { page } from "./page.js";
import { passagesSection } from "./passages.js";
import { qualitySection } from "./quality-tables.js";
import { controlsSection, findingsSection, limitsSection, madeSection } from "./sections.js";
import { comparisonTable, noiseTable, selectivityTable, slowdownTable } from "./tables.js";

export { reportData } from "./data.js";

/** A part of the page below the first screen; null content is left out, in the contents too. */
interface Section {
  id: string;
  title: string;
  content: Html | null;
}

/** Renders the whole page. */
export function renderReport(results: Results): string {
  const sections: Section[] = [
    { id: "findings", title: "What was found", content: findingsSection(results) },
    { id: "controls", title: "What the controls say", content: controlsSection(results) },
    { id: "figures", title: "Figures", content: figuresSection(results) },
    { id: "quality", title: "Labels and classifier", content: qualitySection(results) },
    { id: "passages", title: "Token by token", content: passagesSection(results) },
    { id: "tables", title: "Numbers", content: tablesSection(results) },
    { id: "made", title: "How it was made", content: madeSection(results) },
    { id: "limits", title: "Limits", content: limitsSection(results) },
  ];
  const shown = sections.filter(({ content }) => content !== null);
  const body = html`${head(results)}
<main>
<nav aria-label="Contents"><ul>${shown.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${shown.map(({ content }) => html`${content}\n`)}</main>
<footer>Made by Lacuna ${results.lacuna} from results.json beside this page, which holds every number above.</footer>`;
  const title = `Lacuna: filtering ${results.domain}, ${results.config.budget} budget`;
  return page({ title, version: results.lacuna, body });
}

function tablesSection(results: Results): Html {
  return html`<section id="tables"><h2>The numbers</h2>
${selectivityTable(results)}
${slowdownTable(results)}
${comparisonTable(results)}
${noiseTable(results)}
${armTable(results)}
${corpusTable(results)}
<details id="runs"><summary>Every run</summary>${runTable(results)}</details>
</section>`;
}
