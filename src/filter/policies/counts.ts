/**
 * @file What policies take away, counted on the scores alone, in the unit of training: targets.
 *
 * Where several policies meet, a document any of them drops is absent, and a token removed by one and masked by another
 * is removed.
 */
import type { Progress } from "../../base/progress.js";
import type { ScoreBlock } from "../job/scored.js";
import { markDocument } from "./mark.js";
import { blocksSideBySide, tokensOf } from "./scan.js";
import type { OpenPolicy } from "./types.js";

export interface Counts {
  documents: number;
  droppedDocuments: number;
  /** All, with end-of-texts. */
  tokens: number;
  /** Of dropped documents. */
  droppedTokens: number;
  /** No longer trained, still read. */
  maskedTokens: number;
  /** Neither trained nor read. */
  removedTokens: number;
  /** Of tokens: dropped, masked or removed; 0 when there are none. */
  share: number;
}

/** Tokens that are trained no more. */
export function lostTokens({ droppedTokens, maskedTokens, removedTokens }: Counts): number {
  return droppedTokens + maskedTokens + removedTokens;
}

export interface FilterCounts {
  /** Of all policies together, by shard. */
  shards: Counts[];
  /** Of each policy by itself. */
  policies: Counts[];
  /** Exempt ids of each policy that occur in the corpus. */
  exemptFound: number[];
}

/** Counts what policies over the same inputs take away, each by itself and all together. */
export async function countPolicies(
  policies: readonly OpenPolicy[],
  progress: Progress = () => {},
): Promise<FilterCounts> {
  const jobs = policies.map(({ scored }) => scored);
  const alone = policies.map(noCounts);
  const found = policies.map(() => new Set<string>());
  const shards: Counts[] = [];
  const total = tokensOf(jobs[0]);
  let done = 0;
  for (const shard of jobs[0].records.keys()) {
    const together = noCounts();
    for await (const blocks of blocksSideBySide(jobs, shard)) {
      countBlock(policies, blocks, together, alone, found);
      done += blocks[0].tokenScores.length;
      progress({ done, total, unit: "tokens", detail: "counting" });
    }
    shards.push(withShare(together));
  }
  return { shards, policies: alone.map(withShare), exemptFound: found.map((ids) => ids.size) };
}

/** The sum of counts. */
export function sumCounts(all: readonly Counts[]): Counts {
  const sum = noCounts();
  for (const counts of all) for (const name of NAMES) sum[name] += counts[name];
  return withShare(sum);
}

const NAMES = ["documents", "droppedDocuments", "tokens", "droppedTokens", "maskedTokens", "removedTokens"] as const;

function noCounts(): Counts {
  return {
    ...{ documents: 0, droppedDocuments: 0, tokens: 0, droppedTokens: 0, maskedTokens: 0, removedTokens: 0 },
    share: 0,
  };
}

function withShare(counts: Counts): Counts {
  return { ...counts, share: counts.tokens === 0 ? 0 : lostTokens(counts) / counts.tokens };
}

function countBlock(
  policies: readonly OpenPolicy[],
  blocks: readonly ScoreBlock[],
  together: Counts,
  alone: Counts[],
  found: Set<string>[],
): void {
  const [{ docOffsets, documentScores, ids }] = blocks;
  for (let document = 0; document < documentScores.length; document++) {
    const [start, end] = [docOffsets[document], docOffsets[document + 1]];
    const tokens = end - start;
    const marks = policies.map(({ policy, exempt }, j) => {
      const isExempt = exempt.size > 0 && exempt.has(ids[document]);
      if (isExempt) found[j].add(ids[document]);
      const { tokenScores, documentScores: scores } = blocks[j];
      const { isDropped, forget } = markDocument(policy, tokenScores.subarray(start, end), scores[document], isExempt);
      const isRemove = policy.method === "remove";
      const count = isRemove || policy.method === "mask" ? sumOf(forget) : 0;
      addDocument(alone[j], tokens, isDropped, isRemove ? 0 : count, isRemove ? count : 0);
      return { isDropped, forget, isRemove, count };
    });
    const forgetting = marks.filter(({ count }) => count > 0);
    const lost = union(forgetting);
    const removed = forgetting.every(({ isRemove }) => isRemove)
      ? lost
      : union(forgetting.filter(({ isRemove }) => isRemove));
    const isDropped = marks.some((one) => one.isDropped);
    addDocument(together, tokens, isDropped, lost - removed, removed);
  }
}

function addDocument(counts: Counts, tokens: number, isDropped: boolean, masked: number, removed: number): void {
  counts.documents++;
  counts.tokens += tokens;
  if (isDropped) {
    counts.droppedDocuments++;
    counts.droppedTokens += tokens;
  } else {
    counts.maskedTokens += masked;
    counts.removedTokens += removed;
  }
}

function sumOf(marks: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < marks.length; i++) sum += marks[i];
  return sum;
}

/** Tokens that any of these marks, each of which marks `count`. */
function union(all: readonly { forget: Uint8Array; count: number }[]): number {
  if (all.length <= 1) return all[0]?.count ?? 0;
  const [{ forget }, ...others] = all;
  const either = forget.slice();
  for (const other of others) for (let i = 0; i < either.length; i++) either[i] |= other.forget[i];
  return sumOf(either);
}
