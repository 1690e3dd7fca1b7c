import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carry } from "./alignment.js";

describe("carry of scores", () => {
  it("gives each token the highest score among those it shares a byte with", () => {
    const bytes = fc.integer({ min: 1, max: 30 });
    const tokenizations = bytes.chain((length) => {
      const cuts = fc
        .uniqueArray(fc.integer({ min: 0, max: length }))
        .map((at) => Uint32Array.from([...at, length]).sort());
      return fc.tuple(cuts, cuts, fc.uint8Array({ minLength: 32, maxLength: 32 }));
    });
    fc.assert(
      fc.property(tokenizations, ([from, to, drawn]) => {
        const scores = drawn.subarray(0, from.length);
        const start = (ends: Uint32Array, at: number) => (at === 0 ? 0 : ends[at - 1]);
        const expected = Array.from(to, (end, token) =>
          Math.max(
            0,
            ...[...scores].filter((_, at) => Math.min(end, from[at]) > Math.max(start(to, token), start(from, at))),
          ),
        );
        expect([...carry(scores, from, to)]).toEqual(expected);
      }),
    );
  });
});
