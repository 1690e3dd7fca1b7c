import { describe, expect, it } from "vitest";
import type { LossReader } from "../nn/index.js";
import { NO_DOMAIN } from "../tokens/index.js";
import { packedLosses } from "./packed.js";

const END = 99;
const held = {
  tokens: Uint32Array.from([1, 2, 3, END, 4, 5, END, 6, 7, 8, 9, 10, END]),
  docOffsets: [0, 4, 7, 13],
  domains: ["a", "b"],
  labels: Uint8Array.from([0, 1, 0, NO_DOMAIN, 1, 1, NO_DOMAIN, 0, 0, 1, 1, 0, NO_DOMAIN]),
  endOfText: END,
};

/** A stand-in model whose loss of a target is the target's id, and which remembers what it was given. */
function fakeReader(direction: "forward" | "reverse") {
  const seen: [token: number, target: number][] = [];
  const reader = {
    model: { config: { context: 4 }, direction },
    async windows(tokens: Int32Array, targets: Int32Array) {
      tokens.forEach((token, i) => {
        seen.push([token, targets[i]]);
      });
      return Float32Array.from(targets);
    },
  } as unknown as LossReader;
  return { reader, seen };
}

describe("losses on packed windows", () => {
  it("predicts every token once, each from the token before it, the first from end-of-text", async () => {
    const { reader, seen } = fakeReader("forward");
    await packedLosses(reader, held);
    expect(seen.map(([, target]) => target)).toEqual([...held.tokens]);
    expect(seen.map(([token]) => token)).toEqual([END, ...held.tokens.slice(0, -1)]);
  });

  it("sums per document and domain, special tokens nowhere", async () => {
    const { lossSum, count } = await packedLosses(fakeReader("forward").reader, held);
    expect([...lossSum]).toEqual([1 + 3, 2, 0, 4 + 5, 6 + 7 + 10, 8 + 9]);
    expect([...count]).toEqual([2, 1, 0, 2, 3, 2]);
  });

  it("reads each document backwards for a reverse model and counts the same tokens in the same domains", async () => {
    const { reader, seen } = fakeReader("reverse");
    const losses = await packedLosses(reader, held);
    expect(seen.slice(0, 4)).toEqual([
      [END, 3],
      [3, 2],
      [2, 1],
      [1, END],
    ]);
    expect(losses).toEqual(await packedLosses(fakeReader("forward").reader, held));
  });
});
