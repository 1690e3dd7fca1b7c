/** @file How a classifier report's numbers are written, in the page and in the text alike. */
import { percent } from "../format.js";
import type { ClassifierReport, Figure, Granularity, Judgement, Measure, Report, Step } from "./results.js";

/** "0.834", or a dash. */
export const three = (value: number | null | undefined) => (value == null ? "–" : value.toFixed(3));

/** "[0.801, 0.866]"; empty without an interval. */
export const between = ({ low, high }: Figure) =>
  low === null || high === null ? "" : `[${low.toFixed(3)}, ${high.toFixed(3)}]`;

/** "+0.021", with a sign. */
export const signed = (value: number | null) =>
  value === null ? "–" : `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;

/** Columns of the tables, in order. */
export const COLUMNS: readonly { measure: Measure; title: string; hasInterval: boolean }[] = [
  { measure: "f1", title: "F1", hasInterval: true },
  { measure: "precision", title: "precision", hasInterval: false },
  { measure: "recall", title: "recall", hasInterval: false },
  { measure: "averagePrecision", title: "average precision", hasInterval: true },
  { measure: "auroc", title: "AUROC", hasInterval: true },
  { measure: "bestF1", title: "best F1", hasInterval: false },
  { measure: "balancedF1", title: "bal. F1", hasInterval: false },
  { measure: "balancedAccuracy", title: "bal. accuracy", hasInterval: false },
];

/** "biLM 32 + 32", "encoder 64", "words". */
export function backboneOf({ kind, widths }: Pick<ClassifierReport, "kind" | "widths">): string {
  const sizes = Object.values(widths).join(" + ");
  return { ngram: "words", bilm: `biLM ${sizes}`, encoder: `encoder ${sizes}` }[kind];
}

/** Whether a difference is clear of zero. */
export function verdictOf({ low, high }: Figure): "yes" | "no" | "unclear" {
  if (low === null || high === null) return "unclear";
  return low > 0 ? "yes" : high < 0 ? "no" : "unclear";
}

/** "average precision +0.021 [+0.010, +0.032], F1 ...". */
export function stepText({ measures }: Step): string {
  const part = (measure: Measure, title: string) => {
    const { value, low, high } = measures[measure];
    return `${title} ${signed(value)} [${signed(low)}, ${signed(high)}]`;
  };
  return `${part("averagePrecision", "average precision")}, ${part("f1", "F1")}, ${part("auroc", "AUROC")}`;
}

/** What was judged on: "60,000 tokens of 345 test documents, 5.1 % of the tokens forget". */
export function rowsText({ rows, documents, prevalence }: Judgement, granularity: Granularity): string {
  const share = percent(prevalence);
  if (granularity === "document") return `${documents} test documents, ${share} of them forget`;
  return `${rows.toLocaleString("en-US")} tokens of ${documents} test documents, ${share} of the tokens forget`;
}

/** The first judgement of a kind: all classifiers are judged alike. */
export function firstJudgement(report: Report, granularity: Granularity, against: "labels" | "truth") {
  return report.classifiers.map(({ probes }) => probes[granularity].against[against]).find((one) => one !== undefined);
}

export const LIMITS: readonly string[] = [
  "Intervals come from resampling test documents: they do not cover the noise of training (one seed per model).",
  "The labels are themselves a small model's; against them a classifier is judged on how well it learns the annotator, against the truth on what the sources say, which is a domain of whole documents.",
  "Balanced (bal.) figures weigh both classes alike, as the paper's do, and are for comparison only; thresholds were chosen on validation documents at natural prevalence.",
  "FLOPs per token are those of one reading; windows of documents longer than the context overlap by half and are read twice.",
];
