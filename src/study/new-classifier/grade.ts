/**
 * @file A new classifier against what people said of held-out tokens: by hand, or by the corpus' own domains.
 *
 * Intervals draw documents with replacement, as everywhere. The lexicon's sentences are graded on the same tokens, so that one
 * sees what the classifier adds to a search for words.
 */
import { UNKNOWN_LABEL } from "../../label/index.js";
import { NO_DOMAIN } from "../../tokens/index.js";
import { rankRows } from "../classifiers/measure.js";
import { figureOf, resample } from "../classifiers/resample.js";
import type { HeldOutDocument } from "./held-out.js";
import type { Graded } from "./quality-file.js";

const RESAMPLES = 200;
/** Tokens that are compared, at most; of more, every second, third, ... */
const MOST_ROWS = 300_000;

/** Per token 1 = forget, 0 = retain, 255 = unknown; null where nothing is known of the document. */
export type Standard = (document: HeldOutDocument) => Uint8Array | null;

export const byHand: Standard = ({ byHand: labels }) => labels;

/** @param forget - domains that the domain file says are forget */
export function byDomains(forget: readonly string[]): Standard {
  return ({ truth }) => {
    if (truth === null) return null;
    const values = truth.domains.map((domain) => (forget.includes(domain) ? 1 : 0));
    return truth.labels.map((domain) => (domain === NO_DOMAIN ? UNKNOWN_LABEL : values[domain]));
  };
}

/** @returns null when nothing is known of any token */
export function grade(
  documents: readonly HeldOutDocument[],
  standard: Standard,
  threshold: number,
  seed: number,
): Graded | null {
  const rows = { scores: [] as number[], lexicon: [] as number[], documents: [] as number[], values: [] as number[] };
  const every = Math.ceil(documents.reduce((sum, { isSpecial }) => sum + isSpecial.length, 0) / MOST_ROWS);
  let known = 0;
  for (const [index, document] of documents.entries()) {
    const values = standard(document);
    for (const [token, value] of (values ?? new Uint8Array()).entries()) {
      if (document.isSpecial[token] || value === UNKNOWN_LABEL || known++ % every > 0) continue;
      rows.scores.push(document.tokenScores[token]);
      rows.lexicon.push(document.lexicon[token] === 1 ? 255 : 0);
      rows.documents.push(index);
      rows.values.push(value);
    }
  }
  if (rows.values.length === 0) return null;
  const values = Uint8Array.from(rows.values);
  const ranked = [
    { scores: rows.scores, cut: threshold },
    { scores: rows.lexicon, cut: 1 },
  ].map(({ scores, cut }) => {
    const stored = Uint8Array.from(scores);
    const at = Uint32Array.from(rows.documents);
    const logits = Float64Array.from(scores);
    return rankRows({ logits, scores: stored, documents: at, places: at, labels: values }, values, cut);
  });
  const [classifier, lexicon] = resample(ranked, { resamples: RESAMPLES, seed }).map((measures) => {
    const figure = (name: "precision" | "recall" | "f1" | "auroc") => {
      return figureOf(measures[name].value, measures[name].draws);
    };
    return { precision: figure("precision"), recall: figure("recall"), f1: figure("f1"), auroc: figure("auroc") };
  });
  const { auroc, ...atThreshold } = classifier;
  const { auroc: _, ...ofLexicon } = lexicon;
  return {
    documents: ranked[0].documents.length,
    tokens: values.length,
    prevalence: rows.values.reduce((all, value) => all + value, 0) / values.length,
    ...{ auroc, classifier: atThreshold, lexicon: ofLexicon },
  };
}
