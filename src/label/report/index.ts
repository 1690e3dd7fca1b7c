/** @file What there is to say of labels: rates, agreement, truth, latents and passages. */
export { type Agreement, agreementOf } from "./agreement.js";
export {
  type FolderReport,
  type LabelReport,
  type LabelReportOptions,
  labelReport,
  type PairReport,
} from "./facts.js";
export { type Glossary, readGlossary, termsIn } from "./glossary.js";
export type { RateRow, TruthTable } from "./grades.js";
export type { LatentLine, LatentStatus, LatentSummary, ShownLatents } from "./latents.js";
export type { ShownPassage, ShownToken } from "./passages.js";
export type { LatentUse } from "./spans.js";
