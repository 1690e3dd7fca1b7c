/**
 * @file report.html: one page that stands alone.
 *
 * No script, no request to anywhere (a content security policy says so to the browser), all text escaped. Everything in
 * it is drawn from results.json, so the page can be made again from that file alone.
 */
import { METHODS, type Results } from "../results.js";
import { figuresSection } from "./figures.js";
import { Html, html } from "./html.js";
import { passagesSection } from "./passages.js";
import { findingsSection, head, limitsSection, madeSection } from "./sections.js";
import { STYLES } from "./styles.js";
import { dataTables, fitTable, qualityTables, runTable, slowdownTable, tradeoffTable } from "./tables.js";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Renders the whole page. */
export function renderReport(results: Results): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="generator" content="lacuna ${results.lacuna}">
<title>Lacuna: filtering ${results.domain}, ${results.config.budget} budget</title>
<style>${new Html(STYLES)}</style>
</head>
<body>
${head(results)}
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
<footer>Made by Lacuna ${results.lacuna} from results.json beside this page, which holds every number above.</footer>
</body>
</html>
`;
  return page.markup;
}
