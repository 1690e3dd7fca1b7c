/**
 * @file What policies take away, counted on the scores alone, in the unit of training: targets.
 *
 * Where several policies meet, a document any of them drops is absent, and a token removed by one and masked by another
 * is removed.
 */
import { grouped, UserError } from "../../base/errors.js";
import type { Progress } from "../../base/progress.js";
import type { ChosenThreshold } from "../choose.js";
import type { ScoreBlock } from "../job/scored.js";
import type { Policy } from "../policy.js";
import { countMarked, isDropped, markDocument, sumOf } from "./mark.js";
import { blocksSideBySide, forShards, tokensOf } from "./scan.js";
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

type Chosen = Pick<ChosenThreshold, "by" | "wanted">;

/**
 * A policy that takes nothing, or everything, is a mistake before it is a policy.
 * @throws UserError when there is no token, or one policy takes none, or all together leave nothing to train on
 */
export function requireEffect(
  policies: readonly {
    scores: string;
    policy: Pick<Policy, "domain" | "method" | "threshold">;
    chosen: Chosen;
    counts: Counts;
  }[],
  together: Counts,
): void {
  for (const { scores, policy, chosen, counts } of policies) {
    const { domain, method, threshold } = policy;
    if (method === "none" || lostTokens(counts) > 0) continue;
    if (chosen.wanted !== undefined && (chosen.by === "share" || chosen.by === "prevalence")) {
      throw new UserError(
        `The policy for ${domain} takes nothing: whatever threshold takes anything of ${scores} takes more than the share wanted, ${chosen.wanted}. ` +
          `Look at what is there (npx lacuna stats ${scores}) and give a larger --share, or --method none to filter nothing.`,
      );
    }
    throw new UserError(
      `The policy for ${domain} takes nothing: no ${method === "document" ? "document" : "token"} of ${scores} scores ${threshold.toFixed(4)} or more. ` +
        `Look at what is there (npx lacuna stats ${scores}) and give a lower --threshold or a --share, or --method none to filter nothing.`,
    );
  }
  // End-of-texts of kept documents are never forget; with nothing else there is no text.
  const ends = together.documents - together.droppedDocuments;
  if (together.tokens - lostTokens(together) > ends) return;
  throw new UserError(
    `Nothing is left to train on: of ${grouped(together.tokens)} tokens the policies take all. Raise a threshold, or give a smaller --share.`,
  );
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
  await forShards(jobs[0].records.length, async (shard) => {
    const together = noCounts();
    for await (const blocks of blocksSideBySide(jobs, shard)) {
      const each = policies.map((policy, j) => countAlone(policy, blocks[j], found[j]));
      for (const [j, counts] of each.entries()) addCounts(alone[j], counts);
      addCounts(together, policies.length === 1 ? each[0] : countTogether(policies, blocks));
      done += blocks[0].tokenScores.length;
      progress({ done, total, unit: "tokens", detail: "counting" });
    }
    shards[shard] = withShare(together);
  });
  return { shards, policies: alone.map(withShare), exemptFound: found.map((ids) => ids.size) };
}

/** The sum of counts. */
export function sumCounts(all: readonly Counts[]): Counts {
  const sum = noCounts();
  for (const counts of all) addCounts(sum, counts);
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

function addCounts(sum: Counts, counts: Counts): void {
  for (const name of NAMES) sum[name] += counts[name];
}

/** What one policy takes of a block. No array or closure per document: this loop decides how fast policies are tried. */
function countAlone({ policy, exempt }: OpenPolicy, block: ScoreBlock, found: Set<string>): Counts {
  const { docOffsets, tokenScores, documentScores, ids } = block;
  const counts = noCounts();
  let marked = 0;
  for (let document = 0; document < documentScores.length; document++) {
    if (exempt.size > 0 && exempt.has(ids[document])) found.add(ids[document]);
    else if (isDropped(policy, documentScores[document])) {
      counts.droppedDocuments++;
      counts.droppedTokens += docOffsets[document + 1] - docOffsets[document];
    } else marked += countMarked(policy, tokenScores, docOffsets[document], docOffsets[document + 1]);
  }
  counts.documents = documentScores.length;
  counts.tokens = tokenScores.length;
  if (policy.method === "remove") counts.removedTokens = marked;
  else counts.maskedTokens = marked;
  return counts;
}

/** What several policies take of a block together. Marks are made only where two policies meet in a document. */
function countTogether(policies: readonly OpenPolicy[], blocks: readonly ScoreBlock[]): Counts {
  const [{ docOffsets, tokenScores, ids }] = blocks;
  const counts = { ...noCounts(), documents: ids.length, tokens: tokenScores.length };
  for (let document = 0; document < ids.length; document++) {
    const [start, end] = [docOffsets[document], docOffsets[document + 1]];
    let isGone = false;
    let [marking, last, marked] = [0, 0, 0];
    for (let j = 0; j < policies.length; j++) {
      const { policy, exempt } = policies[j];
      if (exempt.size > 0 && exempt.has(ids[document])) continue;
      isGone ||= isDropped(policy, blocks[j].documentScores[document]);
      const count = isGone ? 0 : countMarked(policy, blocks[j].tokenScores, start, end);
      if (count > 0) [marking, last, marked] = [marking + 1, j, count];
    }
    if (isGone) {
      counts.droppedDocuments++;
      counts.droppedTokens += end - start;
    } else if (marking > 1) addUnion(counts, policies, blocks, document);
    else if (marking === 1 && policies[last].policy.method === "remove") counts.removedTokens += marked;
    else counts.maskedTokens += marked;
  }
  return counts;
}

/** Adds the tokens of a document that nothing drops and several policies mark. */
function addUnion(counts: Counts, policies: readonly OpenPolicy[], blocks: readonly ScoreBlock[], document: number) {
  const [start, end] = [blocks[0].docOffsets[document], blocks[0].docOffsets[document + 1]];
  const [removed, lost] = [new Uint8Array(end - start), new Uint8Array(end - start)];
  for (const [j, { policy, exempt }] of policies.entries()) {
    const { tokenScores, documentScores, ids } = blocks[j];
    const scores = tokenScores.subarray(start, end);
    const { forget } = markDocument(policy, scores, documentScores[document], exempt.has(ids[document]));
    unite(lost, forget);
    if (policy.method === "remove") unite(removed, forget);
  }
  const gone = sumOf(removed);
  counts.removedTokens += gone;
  counts.maskedTokens += sumOf(lost) - gone;
}

function unite(marks: Uint8Array, others: Uint8Array): void {
  for (let i = 0; i < marks.length; i++) marks[i] |= others[i];
}
