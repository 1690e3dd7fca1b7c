import { describe, expect, it } from "vitest";
import { referenceLosses } from "../nn/testing/reference.js";
import { temporaryFolder } from "../testing/folder.js";
import { type Continuation, encodeContinuation, type Likelihood, likelihoods } from "./likelihood.js";
import { END, syntheticModel } from "./testing/synthetic-model.js";

const items: Continuation[] = [
  { prompt: "Question: 2 + 2 = ?\nAnswer:", text: " 4 = four" },
  { prompt: "", text: "naïve <|endoftext|>" },
  { prompt: "A very long prompt ".repeat(6), text: " yes" },
  { prompt: "Answer:", text: " A" },
];

async function read(made: Awaited<ReturnType<typeof syntheticModel>>, some: readonly Continuation[], batch?: number) {
  const reader = made.reader(batch);
  const results: Likelihood[] = [];
  const encoded = some.map((item) => encodeContinuation(made.tokenizer, item));
  for await (const likelihood of likelihoods(reader, encoded)) results.push(likelihood);
  await reader.release();
  return results;
}

describe("likelihood of a continuation", () => {
  it("is the reference's sum over the continuation's tokens, after an end-of-text", async () => {
    const made = await syntheticModel(temporaryFolder());
    const results = await read(made, items);
    for (const [index, { prompt, text }] of items.entries()) {
      const [before, all] = [Buffer.from(prompt), Buffer.from(prompt + text)];
      // Beyond the context (64), the last window: it starts at a multiple of half the context.
      const start = Math.max(0, Math.ceil((all.length - 64) / 32) * 32);
      const inputs = [END, ...all].slice(start, all.length);
      const losses = referenceLosses(made.config, made.values, inputs, all.subarray(start));
      const expected = -losses.slice(before.length - start).reduce((a, b) => a + b, 0);
      expect(results[index].logLikelihood).toBeCloseTo(expected, 3);
      expect(results[index]).toMatchObject({ bytes: Buffer.byteLength(text), tokens: Buffer.byteLength(text) });
    }
    expect(results.map(({ isBeyondContext }) => isBeyondContext)).toEqual([false, false, true, false]);
  });

  it("does not depend on what is read beside it", async () => {
    const made = await syntheticModel(temporaryFolder());
    const together = await read(made, items);
    const alone: Likelihood[] = [];
    for (const item of items) alone.push(...(await read(made, [item])));
    expect(alone).toEqual(together);
    expect((await read(made, [...items].reverse())).reverse()).toEqual(together);
  });
});
