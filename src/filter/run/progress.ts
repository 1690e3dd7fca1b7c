/** @file Progress of shards that are scored beside each other, as one. */
import type { Progress, ProgressUpdate } from "../../base/progress.js";

export interface ShardsProgress {
  /** What one running shard tells. */
  update(shard: number, update: ProgressUpdate): void;
  /** A shard is committed. */
  finish(shard: number, tokens: number): void;
  /** Says again where things are, perhaps with another note. */
  tell(note?: string): void;
}

/**
 * Adds up what shards tell: `done` are tokens of finished and running shards; `detail` counts shards.
 * @param total - shards in all
 */
export function shardsProgress(total: number, onProgress: Progress): ShardsProgress {
  const running = new Map<number, number>();
  let finishedTokens = 0;
  let finished = 0;
  let note = "";
  const tell = (newNote = note) => {
    note = newNote;
    let done = finishedTokens;
    for (const tokens of running.values()) done += tokens;
    onProgress({ done, unit: "tokens", detail: `${finished} of ${total} shards${note && `, ${note}`}` });
  };
  return {
    update(shard, { done }) {
      running.set(shard, done);
      tell();
    },
    finish(shard, tokens) {
      running.delete(shard);
      finishedTokens += tokens;
      finished++;
      tell();
    },
    tell,
  };
}
