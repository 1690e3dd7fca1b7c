import { describe, expect, it } from "vitest";
import { batchOf, windowCount, windowSampler } from "./batches.js";
import { exampleSource, windowSource } from "./sources.js";
import { SPECIALS, syntheticCorpus, syntheticStream } from "./testing/synthetic.js";

const { pad } = SPECIALS.specials;
const options = { context: 4, batch: 2, seed: 7 };
const example = (tokens: number[], lossMask: number[]) => ({ tokens, lossMask });

describe("windows of a stream", () => {
  it("are those of pretraining, in the order of the seed", () => {
    const stream = syntheticStream(syntheticCorpus(), "none");
    const source = windowSource(stream, options, "attack text");
    const sampler = windowSampler(windowCount(stream, 4), 2, 7);
    expect(source.items).toBe(windowCount(stream, 4));
    for (const step of [0, 5]) expect(source.batchAt(step)).toEqual(batchOf(stream, 4, sampler.windowsOf(step)));
    expect(() => windowSource(stream, { ...options, context: 1e6 }, "attack text")).toThrow(/The attack text holds/);
  });
});

describe("examples", () => {
  const examples = [example([10, 11, 12, 13, 14], [1, 0, 0, 1, 1]), example([20, 21], [0, 1])];

  it("train the tokens their mask names, each predicted from the one before, and never the padding", () => {
    const { tokens, targets, lossMask } = exampleSource(examples, options, pad).batchAt(0);
    const first = tokens[0] === 10 ? 0 : 4;
    const row = (all: Int32Array | Uint8Array, start: number) => [...all.subarray(start, start + 4)];
    expect(row(tokens, first)).toEqual([10, 11, 12, 13]);
    expect(row(targets, first)).toEqual([11, 12, 13, 14]);
    expect(row(lossMask, first)).toEqual([0, 0, 1, 1]);
    expect(row(tokens, 4 - first)).toEqual([20, pad, pad, pad]);
    expect(row(targets, 4 - first)).toEqual([21, pad, pad, pad]);
    expect(row(lossMask, 4 - first)).toEqual([1, 0, 0, 0]);
  });

  it("are each drawn once per epoch", () => {
    const many = Array.from({ length: 6 }, (_, i) => example([i, 100 + i], [0, 1]));
    const source = exampleSource(many, options, pad);
    const epoch = (from: number) =>
      [0, 1, 2].flatMap((step) => source.batchAt(from + step).tokens.filter((_, at) => at % 4 === 0));
    for (const from of [0, 3])
      expect(
        epoch(from)
          .flatMap((ids) => [...ids])
          .toSorted(),
      ).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("that are too long or train nothing are refused by number", () => {
    const long = example([1, 2, 3, 4, 5, 6], [0, 1, 1, 1, 1, 1]);
    expect(() => exampleSource([examples[0], long], options, pad)).toThrow(/Example 2 has 6 tokens; a row holds 5/);
    // Only the first token is marked, and it is never a target.
    expect(() => exampleSource([example([1, 2], [1, 0])], options, pad)).toThrow(/Example 1 has no token to train on/);
    expect(() => exampleSource([], options, pad)).toThrow(/no example/);
  });
});
