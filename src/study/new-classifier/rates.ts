/** @file How much of the held-out text is taken: in all, by source, by the corpus' own domains, and at other thresholds. */
import { type NgramFile, thresholdForShare } from "../../classify/index.js";
import { isForget } from "../../filter/index.js";
import { NO_DOMAIN } from "../../tokens/index.js";
import type { HeldOutDocument } from "./held-out.js";
import type { QualityFile, Rates } from "./quality-file.js";

type Thresholds = { token: number; document: number };

/** Thresholds that the table always has. */
const ROUND = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

export function thresholdsOf({ token, document }: NgramFile): Thresholds {
  return { token: token.thresholds.f1.threshold, document: document.thresholds.f1.threshold };
}

/** Rates of parts, by name. @param partOf - a token's part; undefined leaves the token out */
function ratesBy(
  documents: readonly HeldOutDocument[],
  at: Thresholds,
  partOf: (document: HeldOutDocument, token: number) => string | undefined,
): Rates[] {
  const parts = new Map<string, Rates>();
  for (const document of documents) {
    const { isSpecial, lexicon, documentScore } = document;
    const taken = isForget(document.tokenScores, at.token);
    const [isTaken] = isForget(Uint8Array.of(documentScore), at.document);
    const seen = new Set<Rates>();
    for (let token = 0; token < isSpecial.length; token++) {
      const name = isSpecial[token] ? undefined : partOf(document, token);
      if (name === undefined) continue;
      let part = parts.get(name);
      if (!part) {
        part = { name, documents: 0, tokens: 0, takenTokens: 0, lexiconTokens: 0, takenDocuments: 0 };
        parts.set(name, part);
      }
      part.tokens++;
      part.takenTokens += taken[token];
      part.lexiconTokens += lexicon[token] === 1 ? 1 : 0;
      seen.add(part);
    }
    for (const part of seen) {
      part.documents++;
      part.takenDocuments += isTaken;
    }
  }
  return [...parts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param forget - domains that the domain file says are forget */
export function ratesOf(documents: readonly HeldOutDocument[], at: Thresholds, forget: readonly string[]) {
  const [all] = ratesBy(documents, at, () => "all");
  const sources = ratesBy(documents, at, ({ source }) => source);
  const domains = ratesBy(documents, at, ({ truth }, token) => {
    const domain = truth?.labels[token] ?? NO_DOMAIN;
    return domain === NO_DOMAIN ? undefined : truth!.domains[domain];
  });
  return { all, sources, domains: domains.map((part) => ({ ...part, isForget: forget.includes(part.name) })) };
}

/** What share of the tokens each threshold would take: of tokens one by one, and of documents by what they hold. */
export function thresholdTable(documents: readonly HeldOutDocument[], file: NgramFile): QualityFile["thresholds"] {
  const tokenHistogram = new Float64Array(256);
  const documentHistogram = new Float64Array(256);
  for (const { tokenScores, documentScore, isSpecial } of documents)
    for (let token = 0; token < isSpecial.length; token++) {
      if (isSpecial[token]) continue;
      tokenHistogram[tokenScores[token]]++;
      documentHistogram[documentScore]++;
    }
  const total = Math.max(1, sum(tokenHistogram));
  const shareAt = (histogram: Float64Array, threshold: number) =>
    sum(histogram.filter((_, score) => isForget(Uint8Array.of(score), threshold)[0] === 1)) / total;
  const { histograms, f1 } = file.token.thresholds;
  const rules = [{ threshold: f1.threshold, rule: "f1" as string | null }];
  if (histograms) {
    const [forget, retain] = [sum(histograms.forget), sum(histograms.retain)];
    const { threshold } = thresholdForShare(tokenHistogram, forget / Math.max(1, forget + retain));
    rules.push({ threshold, rule: "prevalence" });
  }
  return [...ROUND.map((threshold) => ({ threshold, rule: null })), ...rules]
    .sort((a, b) => a.threshold - b.threshold)
    .map((row) => ({
      ...row,
      tokenShare: shareAt(tokenHistogram, row.threshold),
      documentShare: shareAt(documentHistogram, row.threshold),
    }));
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((all, value) => all + value, 0);
