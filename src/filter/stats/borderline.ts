/**
 * @file Borderline tokens of a scoring job: of many documents, the few with a token nearest a threshold.
 *
 * One pass over the scores keeps the best `count`, one per document; equally near ones are drawn at random, seeded, so
 * that not all come from the first file. Memory is `count` windows of scores.
 */
import type { Progress } from "../../base/progress.js";
import { random } from "../../base/random.js";
import { cutOf } from "../forget.js";
import type { ScoredCorpus } from "../job/scored.js";
import { tokensOf } from "../policies/index.js";

/** A token whose score is near the threshold, with the scores around it. */
export interface Borderline {
  shard: number;
  /** Record number in the input. */
  row: number;
  id: string;
  crc32: number;
  /** Index of the token in its document. */
  token: number;
  /** Tokens of the document, end-of-text included. */
  tokens: number;
  /** Stored score of the token, 0..255. */
  score: number;
  documentScore: number;
  /** First token of the window. */
  from: number;
  /** Stored scores of the window, shape [tokens shown]; end-of-text is never in it. */
  window: Uint8Array;
  /** |score - threshold| in stored steps, then the draw: smaller is kept. */
  distance: number;
  draw: number;
}

export interface BorderlineOptions {
  /** Passages wanted. */
  count: number;
  /** The threshold, in [0, 1]. */
  around: number;
  /** Tokens shown on either side. */
  context: number;
  seed: number;
  /** Only shards of this source. */
  source?: string;
  progress?: Progress;
}

/** The `count` documents with a token nearest the threshold, nearest first. */
export async function findBorderline(
  job: ScoredCorpus,
  { count, around, context, seed, source, progress = () => {} }: BorderlineOptions,
): Promise<Borderline[]> {
  const cut = cutOf(around);
  const draws = random(seed, "inspect");
  const kept: Borderline[] = [];
  const total = tokensOf(job);
  let done = 0;
  for (const [shard, { tokens }] of job.records.entries()) {
    if (source !== undefined && job.plan.inputs[shard].source !== source) {
      done += tokens;
      continue;
    }
    for await (const block of job.blocks(shard)) {
      const { tokenScores, documentScores, docOffsets, rows, ids, crc32 } = block;
      for (let document = 0; document < documentScores.length; document++) {
        const draw = draws.uniform();
        const worst = kept.length < count ? undefined : kept[count - 1];
        if (worst?.distance === 0 && draw >= worst.draw) continue;
        const [start, contentEnd] = [docOffsets[document], docOffsets[document + 1] - 1];
        const { place, distance } = nearest(tokenScores, cut, start, contentEnd);
        if (place < 0 || (worst && !isBefore({ distance, draw }, worst))) continue;
        const from = Math.max(start, place - context);
        const at = kept.findIndex((other) => isBefore({ distance, draw }, other));
        kept.splice(at < 0 ? kept.length : at, 0, {
          ...{ shard, row: rows[document], id: ids[document], crc32: crc32[document] },
          ...{ token: place - start, tokens: contentEnd + 1 - start },
          ...{ score: tokenScores[place], documentScore: documentScores[document] },
          from: from - start,
          window: tokenScores.slice(from, Math.min(contentEnd, place + context + 1)),
          ...{ distance, draw },
        });
        kept.length = Math.min(kept.length, count);
      }
      done += tokenScores.length;
      progress({ done, total, unit: "tokens" });
    }
  }
  return kept;
}

const isBefore = (a: { distance: number; draw: number }, b: { distance: number; draw: number }) =>
  a.distance < b.distance || (a.distance === b.distance && a.draw < b.draw);

/** The first token of [start, end) whose score is nearest `cut`; place -1 when there is none. */
function nearest(scores: Uint8Array, cut: number, start: number, end: number): { place: number; distance: number } {
  let [place, distance] = [-1, 256];
  for (let i = start; i < end && distance > 0; i++) {
    const off = Math.abs(scores[i] - cut);
    if (off < distance) [place, distance] = [i, off];
  }
  return { place, distance };
}
