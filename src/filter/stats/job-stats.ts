/**
 * @file Statistics of a scoring job, in one pass over its scores: by source, histograms, what thresholds would take.
 *
 * Memory does not grow with the corpus, except by one line per source. Shares are of all tokens, end-of-texts included
 * (they score 0), as in `npx lacuna filter`, so that both print the same numbers.
 */
import type { Progress } from "../../base/progress.js";
import type { ScoredCorpus } from "../job/scored.js";
import { addHistogram, countMarked, forShards, tokensOf } from "../policies/index.js";
import { type ThresholdRow, tailOf, thresholdRows } from "./would-take.js";

/** What came of one source. */
export interface SourceStats {
  source: string;
  documents: number;
  tokens: number;
  /** Of tokens, in [0, 1]. */
  meanScore: number;
  /** Share of tokens at or above the token threshold. */
  forgetShare: number;
  /** Share of documents at or above the document threshold. */
  documentShare: number;
  empty: number;
  /** Records set aside as unreadable. */
  bad: number;
  /** Parts of files that could not be read. */
  lost: number;
}

/** Documents whose share of forget tokens lies above `above` and at or below `upTo`; the first bin holds just 0. */
export interface ShareBin {
  above: number;
  upTo: number;
  documents: number;
  /** Their tokens. */
  tokens: number;
}

export interface JobStats {
  domain: string;
  inputs: number;
  /** Rows read; rows = documents + empty + bad + lost. */
  rows: number;
  documents: number;
  empty: number;
  bad: number;
  /** Parts of files that could not be read, with unknown many documents. */
  lost: number;
  tokens: number;
  textBytes: number;
  /** Documents whose words are mostly new to the classifier. */
  unfamiliar: number;
  /** At which tokens and documents count as forget below. */
  thresholds: { token: number; document: number };
  /** Tokens by stored score, shape [256]. */
  tokenHistogram: number[];
  /** Documents by stored score, shape [256]. */
  documentHistogram: number[];
  /** Tokens by their document's stored score, shape [256]. */
  documentTokenHistogram: number[];
  documentsByForgetShare: ShareBin[];
  wouldTake: ThresholdRow[];
  sources: SourceStats[];
}

/** Upper ends of the bins of documents by share of forget tokens. */
const SHARE_BINS = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1];

/** @param threshold - at which tokens and documents count as forget; the classifier's best F1 when left out */
export async function jobStats(
  job: ScoredCorpus,
  { threshold, progress = () => {} }: { threshold?: number; progress?: Progress } = {},
): Promise<JobStats> {
  const best = {
    token: job.classifier.token.thresholds.f1.threshold,
    document: job.classifier.document.thresholds.f1.threshold,
  };
  const thresholds = { token: threshold ?? best.token, document: threshold ?? best.document };
  const [tokens, documents, weighted] = [0, 1, 2].map(() => new Float64Array(256));
  const bins = SHARE_BINS.map((upTo, k) => ({ above: SHARE_BINS[k - 1] ?? 0, upTo, documents: 0, tokens: 0 }));
  const sources = new Map<string, SourceSums>();
  const total = tokensOf(job);
  let done = 0;
  await forShards(job.records.length, async (shard) => {
    const record = job.records[shard];
    const { source } = job.plan.inputs[shard];
    const sums = sources.get(source) ?? { ...NO_SUMS };
    sources.set(source, sums);
    sums.empty += record.empty;
    sums.bad += record.bad;
    sums.lost += record.lost ?? 0;
    const histogram = new Float64Array(256);
    const documentHistogram = new Float64Array(256);
    for await (const { tokenScores, documentScores, docOffsets } of job.blocks(shard)) {
      addHistogram(histogram, tokenScores);
      addHistogram(documentHistogram, documentScores);
      for (let document = 0; document < documentScores.length; document++) {
        const [start, end] = [docOffsets[document], docOffsets[document + 1]];
        weighted[documentScores[document]] += end - start;
        const forget = countMarked({ method: "mask", threshold: thresholds.token }, tokenScores, start, end);
        const share = end - start <= 1 ? 0 : forget / (end - start - 1);
        const bin = bins[SHARE_BINS.findIndex((upTo) => share <= upTo)];
        bin.documents++;
        bin.tokens += end - start;
        sums.forget += forget;
      }
      done += tokenScores.length;
      progress({ done, total, unit: "tokens" });
    }
    sums.documents += record.documents;
    sums.tokens += record.tokens;
    sums.forgetDocuments += tailOf(documentHistogram, thresholds.document);
    for (let k = 0; k < 256; k++) {
      sums.score += k * histogram[k];
      tokens[k] += histogram[k];
      documents[k] += documentHistogram[k];
    }
  });
  const sum = (name: "rows" | "documents" | "empty" | "bad" | "lost" | "textBytes") =>
    job.records.reduce((all, record) => all + (record[name] ?? 0), 0);
  const counts = {
    ...{ rows: sum("rows"), documents: sum("documents") },
    ...{ empty: sum("empty"), bad: sum("bad"), lost: sum("lost") },
  };
  return {
    ...{ domain: job.plan.domain, inputs: job.records.length, ...counts, tokens: total, textBytes: sum("textBytes") },
    unfamiliar: job.records.reduce((all, record) => all + (record.unfamiliar ?? 0), 0),
    thresholds,
    tokenHistogram: [...tokens],
    documentHistogram: [...documents],
    documentTokenHistogram: [...weighted],
    documentsByForgetShare: bins,
    wouldTake: thresholdRows(best, { tokens, documents, weighted }),
    sources: [...sources].map(([source, sums]) => sourceStats(source, sums)).sort(bySize),
  };
}

interface SourceSums {
  documents: number;
  tokens: number;
  score: number;
  forget: number;
  forgetDocuments: number;
  empty: number;
  bad: number;
  lost: number;
}

const NO_SUMS: SourceSums = {
  ...{ documents: 0, tokens: 0, score: 0, forget: 0, forgetDocuments: 0 },
  ...{ empty: 0, bad: 0, lost: 0 },
};

const over = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

function sourceStats(source: string, { score, forget, forgetDocuments, ...counts }: SourceSums): SourceStats {
  const { documents, tokens } = counts;
  const shares = { forgetShare: over(forget, tokens), documentShare: over(forgetDocuments, documents) };
  return { source, ...counts, meanScore: over(score / 255, tokens), ...shares };
}

/** Largest first; equally large ones by name. */
function bySize(a: SourceStats, b: SourceStats): number {
  return b.tokens - a.tokens || (a.source < b.source ? -1 : 1);
}
