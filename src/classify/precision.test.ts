import { describe, expect, it } from "vitest";
import { comparePrecisions } from "./precision.js";
import type { Scorer } from "./scorer.js";

const END = 9;
const isSpecial = Uint8Array.from({ length: 10 }, (_, id) => (id === END ? 1 : 0));

/** A synthetic scorer: a token's score is looked up by its id. */
function lookup(scores: number[]): Scorer {
  return {
    async *score(documents) {
      let document = 0;
      for await (const ids of documents)
        yield { document: document++, tokenScores: Uint8Array.from(ids, (id) => scores[id] ?? 0), documentScore: 0 };
    },
    async *logits() {},
    isSpecial,
    modelSeconds: () => 0,
    release: async () => {},
  };
}

const documents = [Uint32Array.of(0, 1, END), Uint32Array.of(2, 3, END)];
const exact = lookup([0, 127, 128, 255]);
const rounded = lookup([4, 128, 127, 255]);

describe("comparing precisions", () => {
  it("counts tokens on the same side of the threshold and leaves special ones out", async () => {
    const compared = await comparePrecisions({ exact, rounded }, documents, 128 / 255);
    expect(compared).toMatchObject({ tokens: 4, agreement: 0.5, f1AgainstExact: 0.5, largestDifference: 4 });
    expect(compared.meanDifference).toBe((4 + 1 + 1 + 0) / 4);
    expect(compared.labels).toBeUndefined();
  });

  it("finds nothing lost between a scorer and itself", async () => {
    const same = await comparePrecisions({ exact, rounded: exact }, documents, 128 / 255);
    expect(same).toMatchObject({ agreement: 1, f1AgainstExact: 1, meanDifference: 0 });
  });

  it("measures both against labels, each token with its own", async () => {
    const labels = Uint8Array.of(0, 0, 1, 1, 1, 0);
    const { labels: found } = await comparePrecisions({ exact, rounded }, documents, 128 / 255, labels);
    expect(found).toEqual({ exact: { f1: 1, auroc: 1 }, rounded: { f1: 0.5, auroc: 0.75 } });
  });
});
