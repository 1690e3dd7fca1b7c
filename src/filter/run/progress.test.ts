import { describe, expect, it } from "vitest";
import type { ProgressUpdate } from "../../base/progress.js";
import { shardsProgress } from "./progress.js";

const inputs = [100, 300, 600].map((bytes, shard) => ({ uri: `/${shard}`, source: `${shard}`, bytes }));

describe("progress of shards", () => {
  it("adds up tokens and takes shards that have not begun to be like the others", () => {
    const told: ProgressUpdate[] = [];
    const progress = shardsProgress({ inputs }, [0, 1, 2], (update) => told.push(update));
    progress.update(0, { done: 10, unit: "tokens" });
    expect(told.at(-1)).toMatchObject({ done: 10, detail: "0 of 3 shards" });
    expect(told.at(-1)).not.toHaveProperty("total");
    progress.update(0, { done: 20, total: 50, unit: "tokens" });
    expect(told.at(-1)).toMatchObject({ done: 20, total: 500 });
    progress.finish(0, 40);
    progress.update(1, { done: 5, total: 160, unit: "tokens" });
    expect(told.at(-1)).toMatchObject({ done: 45, total: 500, detail: "1 of 3 shards" });
  });

  it("counts only this run's shards", () => {
    const told: ProgressUpdate[] = [];
    const progress = shardsProgress({ inputs }, [2], (update) => told.push(update));
    progress.finish(2, 77);
    expect(told.at(-1)).toMatchObject({ done: 77, total: 77, detail: "1 of 1 shards" });
  });
});
