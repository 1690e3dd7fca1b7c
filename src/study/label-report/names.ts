/** @file How a report writes folders of labels, their judges and their grades, on the page and in the terminal alike. */
import { basename } from "node:path";
import type { FolderReport, Grade, LabelReport } from "../../label/index.js";

/** A folder's last name, or its whole path where another has the same. */
export function shortName({ folders }: Pick<LabelReport, "folders">, path: string): string {
  const isUnique = folders.filter(({ name }) => basename(name) === basename(path)).length === 1;
  return isUnique ? basename(path) : path;
}

/** Who made labels, in a few words. */
export function judgeOf({ stage, options, result }: FolderReport): string {
  const judge = String(result.judge ?? "unknown");
  if (stage === "label") return `SAE latents judged by ${judge === "lexicon" ? "the lexicon" : judge}`;
  if (stage === "label-spans") return "spans marked by hand";
  if (stage === "label-classifier") return "decisions of a classifier";
  if (stage === "label-derive") return `labels derived from ${basename(String(options.labels))}`;
  const together = options.sentencesPerQuestion ? `, ${options.sentencesPerQuestion} a question` : "";
  return `${String(result.granularity ?? "piece")}s judged by ${judge === "lexicon" ? "the lexicon" : judge}${together}`;
}

export const three = (value: number | null) => (value === null ? "–" : value.toFixed(3));

/** Precision, recall and F1, where tokens of both kinds give them a meaning. */
export function gradeCells({ prevalence, precision, recall, f1 }: Grade): string[] {
  if (prevalence === 0) return ["–", "–", "–"];
  return prevalence === 1 ? ["–", three(recall), "–"] : [precision, recall, f1].map(three);
}
