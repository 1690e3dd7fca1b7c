/**
 * @file labels.html: whether to trust labels, on one page that stands alone.
 *
 * No script, no request to anywhere, all text escaped: contexts, explanations and passages are corpus text or a model's
 * words about it, and hostile like both.
 */
import { PACKAGE } from "../../base/package.js";
import type { LabelReport } from "../../label/index.js";
import { html } from "../report/html.js";
import { page } from "../report/page.js";
import { latentsSection } from "./latents.js";
import { passagesSections } from "./passages.js";
import { agreementSection, caveatsSection, head, madeSection, ratesSection, truthSection } from "./sections.js";
import { STYLES } from "./styles.js";

export { labelTables } from "./text.js";

/** Renders the whole page. */
export function renderLabelReport(report: LabelReport): string {
  const body = html`${head(report)}
<main>
${ratesSection(report)}
${truthSection(report)}
${agreementSection(report)}
${passagesSections(report)}
${latentsSection(report)}
${madeSection(report)}
${caveatsSection(report)}
</main>
<footer>Made by Lacuna ${PACKAGE.version} with npx lacuna label-report.</footer>`;
  return page({ title: `Lacuna: labels of ${report.domain}`, version: PACKAGE.version, styles: STYLES, body });
}
