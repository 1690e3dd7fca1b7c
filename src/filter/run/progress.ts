/** @file Progress of shards that are scored beside each other, as one. */
import type { Progress, ProgressUpdate } from "../../base/progress.js";
import type { JobPlan } from "../job/plan.js";

export interface ShardsProgress {
  /** What one running shard tells: tokens scored, and how many it will have, where that is known. */
  update(shard: number, update: ProgressUpdate): void;
  /** A shard is committed. */
  finish(shard: number, tokens: number): void;
  /** Says again where things are, perhaps with another note. */
  tell(note?: string): void;
}

/**
 * Adds up what shards tell: `done` are tokens of finished and running shards, `detail` counts shards. The total is an
 * estimate: shards that have not begun are taken to hold as many tokens per stored byte as the others.
 */
export function shardsProgress(
  { inputs }: Pick<JobPlan, "inputs">,
  shards: readonly number[],
  onProgress: Progress,
): ShardsProgress {
  const done = new Map<number, number>();
  const totals = new Map<number, number>();
  const bytes = (some: Iterable<number>) => [...some].reduce((sum, shard) => sum + inputs[shard].bytes, 0);
  const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0);
  const allBytes = bytes(shards);
  let finished = 0;
  let note = "";
  const tell = (newNote = note) => {
    note = newNote;
    const known = bytes(totals.keys());
    onProgress({
      done: sum(done.values()),
      ...(known > 0 && { total: Math.round((sum(totals.values()) * allBytes) / known) }),
      unit: "tokens",
      detail: `${finished} of ${shards.length} shards${note && `, ${note}`}`,
    });
  };
  return {
    update(shard, update) {
      done.set(shard, update.done);
      if (update.total !== undefined) totals.set(shard, update.total);
      tell();
    },
    finish(shard, tokens) {
      done.set(shard, tokens);
      totals.set(shard, tokens);
      finished++;
      tell();
    },
    tell,
  };
}
