/**
 * @file What policies take away, counted on the scores alone, in the unit of training: targets.
 *
 * Where several policies meet, a document any of them drops is absent, and a token removed by one and masked by another
 * is removed.
 */
import type { Progress } from "../../base/progress.js";
import type { ScoreBlock } from "../job/scored.js";
import { countMarked, isDropped, markDocument, sumOf } from "./mark.js";
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
  progress({ done, total, unit: "tokens", detail: "counting" });
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

/** What one policy takes of one document: all of it, or this many tokens. */
interface Taken {
  isDropped: boolean;
  tokens: number;
}

const NOTHING: Taken = { isDropped: false, tokens: 0 };

function countBlock(
  policies: readonly OpenPolicy[],
  blocks: readonly ScoreBlock[],
  together: Counts,
  alone: readonly Counts[],
  found: readonly Set<string>[],
): void {
  const [{ docOffsets, ids }] = blocks;
  for (let document = 0; document < ids.length; document++) {
    const [start, end] = [docOffsets[document], docOffsets[document + 1]];
    const taken = policies.map(({ policy, exempt }, j): Taken => {
      if (exempt.size > 0 && exempt.has(ids[document])) {
        found[j].add(ids[document]);
        return NOTHING;
      }
      const { tokenScores, documentScores } = blocks[j];
      const tokens = countMarked(policy, tokenScores, start, end);
      return { isDropped: isDropped(policy, documentScores[document]), tokens };
    });
    for (const [j, { policy }] of policies.entries()) {
      const removed = policy.method === "remove" ? taken[j].tokens : 0;
      addDocument(alone[j], end - start, taken[j].isDropped, taken[j].tokens - removed, removed);
    }
    const { masked, removed } = uniteMarks(policies, blocks, taken, start, end);
    const isGone = taken.some((one) => one.isDropped);
    addDocument(together, end - start, isGone, masked, removed);
  }
}

/** Tokens of a document that all policies together mask and remove. */
function uniteMarks(
  policies: readonly OpenPolicy[],
  blocks: readonly ScoreBlock[],
  taken: readonly Taken[],
  start: number,
  end: number,
): { masked: number; removed: number } {
  const taking = [...policies.keys()].filter((j) => taken[j].tokens > 0);
  const isRemove = (j: number) => policies[j].policy.method === "remove";
  if (taking.length <= 1) {
    const [j] = taking;
    const tokens = j === undefined ? 0 : taken[j].tokens;
    return j !== undefined && isRemove(j) ? { masked: 0, removed: tokens } : { masked: tokens, removed: 0 };
  }
  const union = (some: readonly number[]) => {
    const either = new Uint8Array(end - start);
    for (const j of some) {
      const { forget } = markDocument(policies[j].policy, blocks[j].tokenScores.subarray(start, end), 0, false);
      for (let i = 0; i < either.length; i++) either[i] |= forget[i];
    }
    return sumOf(either);
  };
  const removed = union(taking.filter(isRemove));
  return { masked: union(taking) - removed, removed };
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
