/**
 * @file Reading score blocks: of several jobs over the same inputs side by side, and as histograms.
 *
 * Policies of one set see the same documents with the same tokens, or their marks would not line up; that is checked
 * once here, on the records, and again block by block.
 */
import { grouped, UserError } from "../../base/errors.js";
import type { Progress } from "../../base/progress.js";
import type { ScoreBlock, ScoredCorpus } from "../job/scored.js";

/** Tokens of all shards. */
export function tokensOf({ records }: Pick<ScoredCorpus, "records">): number {
  return records.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** @throws UserError unless all jobs scored the same inputs with the same tokenizer, one domain each */
export function requireSameInputs(jobs: readonly ScoredCorpus[]): void {
  const [first, ...others] = jobs;
  const domains = new Set([first.plan.domain]);
  for (const other of others) {
    const [one, two] = [first.store.uri, other.store.uri];
    const differ = (what: string) =>
      new UserError(
        `${one} and ${two} are not scores of the same documents: ${what}. Score the same inputs with the same settings.`,
      );
    if (other.plan.tokenizer !== first.plan.tokenizer) {
      throw differ(
        `their tokenizers are ${first.plan.tokenizer.slice(0, 12)} and ${other.plan.tokenizer.slice(0, 12)}`,
      );
    }
    if (other.records.length !== first.records.length) {
      throw differ(`they have ${first.records.length} and ${other.records.length} input files`);
    }
    for (const [shard, { uri }] of first.plan.inputs.entries()) {
      const [a, b] = [first.records[shard], other.records[shard]];
      if (other.plan.inputs[shard].uri !== uri)
        throw differ(`shard ${shard} is ${uri} and ${other.plan.inputs[shard].uri}`);
      for (const count of ["rows", "documents", "tokens"] as const) {
        if (a[count] !== b[count]) {
          throw differ(`of ${uri} they hold ${grouped(a[count])} and ${grouped(b[count])} ${count}`);
        }
      }
      if (a.input.sha256 !== b.input.sha256) throw differ(`${uri} changed between them`);
    }
    if (domains.has(other.plan.domain)) {
      throw new UserError(
        `${two} scores the domain "${other.plan.domain}", which another policy filters already. Give one policy per domain.`,
      );
    }
    domains.add(other.plan.domain);
  }
}

/** The blocks of one shard of every job, side by side: element j is job j's scores of the same documents. */
export async function* blocksSideBySide(jobs: readonly ScoredCorpus[], shard: number): AsyncGenerator<ScoreBlock[]> {
  const readers = jobs.map((job) => job.blocks(shard));
  try {
    for (;;) {
      const next = await Promise.all(readers.map((reader) => reader.next()));
      if (next.every(({ done }) => done)) return;
      const blocks = next.map(({ value }) => value as ScoreBlock | undefined);
      const [first] = blocks;
      for (const [j, block] of blocks.entries()) {
        if (first && block?.first === first.first && block.tokenScores.length === first.tokenScores.length) continue;
        throw new UserError(
          `Shard ${shard} of ${jobs[0].store.uri} and of ${jobs[j].store.uri} hold different documents. Check both: npx lacuna verify.`,
        );
      }
      yield blocks as ScoreBlock[];
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.return(undefined)));
  }
}

/** Shards read beside each other: object stores answer slowly and in parallel. Memory is a block each. */
const LANES = 4;

/** Does work for every shard, a few at a time, in no fixed order; the first error stops the rest and is thrown. */
export async function forShards(shards: number, work: (shard: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < shards) {
      await work(next++).catch((error: unknown) => {
        next = shards;
        throw error;
      });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(LANES, shards) }, lane));
  const failed = lanes.find(({ status }) => status === "rejected") as PromiseRejectedResult | undefined;
  if (failed) throw failed.reason;
}

/** Adds how often each stored score occurs. `histogram` has 256 bins. */
export function addHistogram(histogram: Float64Array, scores: Uint8Array): void {
  // Neighbours often score alike, and adding to one bin waits for the last addition to it: two sets of bins do not.
  const [even, odd] = [new Uint32Array(256), new Uint32Array(256)];
  const pairs = scores.length & ~1;
  for (let i = 0; i < pairs; i += 2) {
    even[scores[i]]++;
    odd[scores[i + 1]]++;
  }
  if (pairs < scores.length) even[scores[pairs]]++;
  for (let k = 0; k < 256; k++) histogram[k] += even[k] + odd[k];
}

/**
 * Tokens by the stored score that decides about them, of the whole job: their own, or under document their document's.
 * Tokens that cannot be forget (end-of-text, exempt documents) count at score 0, so that shares are of all tokens.
 */
export async function decidingHistogram(
  job: ScoredCorpus,
  granularity: "token" | "document",
  exempt: ReadonlySet<string>,
  progress: Progress = () => {},
): Promise<Float64Array> {
  const histogram = new Float64Array(256);
  const total = tokensOf(job);
  let done = 0;
  progress({ done, total, unit: "tokens", detail: "choosing the threshold" });
  await forShards(job.records.length, async (shard) => {
    for await (const { tokenScores, documentScores, docOffsets, ids } of job.blocks(shard)) {
      if (granularity === "token" && exempt.size === 0) addHistogram(histogram, tokenScores);
      else {
        for (let document = 0; document < documentScores.length; document++) {
          const [start, end] = [docOffsets[document], docOffsets[document + 1]];
          if (exempt.size > 0 && exempt.has(ids[document])) histogram[0] += end - start;
          else if (granularity === "document") histogram[documentScores[document]] += end - start;
          else addHistogram(histogram, tokenScores.subarray(start, end));
        }
      }
      done += tokenScores.length;
      progress({ done, total, unit: "tokens", detail: "choosing the threshold" });
    }
  });
  return histogram;
}
