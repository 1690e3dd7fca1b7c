import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutOf } from "../forget.js";
import { countMarked, markDocument } from "./mark.js";

/** The definition, token by token, in quadratic time: what markDocument must agree with. */
function slowMarks(scores: Uint8Array, threshold: number, closeGaps: number, dilate: number): number[] {
  const content = [...scores].slice(0, -1);
  const reaches = content.map((score) => score >= cutOf(threshold));
  const closed = reaches.map((isForget, i) => {
    const before = reaches.lastIndexOf(true, i);
    const after = reaches.indexOf(true, i);
    return isForget || (before >= 0 && after >= 0 && i > 0 && after - before - 1 <= closeGaps);
  });
  const dilated = closed.map((_, i) => closed.slice(Math.max(0, i - dilate), i + dilate + 1).includes(true));
  return scores.length === 0 ? [] : [...dilated.map(Number), 0];
}

const document = fc.uint8Array({ maxLength: 80 });
const policies = fc.record({
  threshold: fc.integer({ min: 0, max: 255 }).map((k) => k / 255),
  closeGaps: fc.nat(6),
  dilate: fc.nat(6),
});

describe("markDocument", () => {
  it("agrees with the definition on any scores, threshold and smoothing", () => {
    fc.assert(
      fc.property(document, policies, fc.constantFrom("mask" as const, "remove" as const), (scores, policy, method) => {
        const { forget, isDropped } = markDocument({ method, ...policy }, scores, 255, false);
        expect([...forget]).toEqual(slowMarks(scores, policy.threshold, policy.closeGaps, policy.dilate));
        expect(isDropped).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("closes a gap of just the given length and none wider, before it dilates", () => {
    const scores = Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 255, 0);
    const marks = (closeGaps: number, dilate: number) =>
      [...markDocument({ method: "mask", threshold: 0.5, closeGaps, dilate }, scores, 0, false).forget].join("");
    expect(marks(1, 0)).toBe("100100010");
    expect(marks(2, 0)).toBe("111100010");
    // Dilated first, the wide gap of three would have shrunk to one and been closed.
    expect(marks(2, 1)).toBe("111110110");
  });

  it("never marks the final end-of-text, whatever its score and however wide the dilation", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), policies, (scores, policy) => {
        expect(markDocument({ method: "remove", ...policy }, scores, 0, false).forget.at(-1)).toBe(0);
      }),
    );
  });

  it("leaves an exempt document alone, under every method", () => {
    const scores = Uint8Array.of(255, 255, 0);
    for (const method of ["none", "document", "mask", "remove"] as const) {
      const { isDropped, forget } = markDocument({ method, threshold: 0, dilate: 3 }, scores, 255, true);
      expect([isDropped, ...forget]).toEqual([false, 0, 0, 0]);
    }
  });

  it("drops whole documents under document, at or above the threshold, and marks no token of others", () => {
    const marks = (score: number) =>
      markDocument({ method: "document", threshold: 0.5 }, Uint8Array.of(255, 0), score, false);
    expect(marks(128)).toEqual({ isDropped: true, forget: Uint8Array.of(0, 0) });
    expect(marks(127)).toEqual({ isDropped: false, forget: Uint8Array.of(0, 0) });
  });

  it("counts, without marking, just what it marks", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), policies, fc.nat(5), (scores, policy, before) => {
        const { forget } = markDocument({ method: "mask", ...policy }, scores, 0, false);
        const shifted = Uint8Array.of(...new Array<number>(before).fill(255), ...scores, 255);
        const count = countMarked({ method: "mask", ...policy }, shifted, before, before + scores.length);
        expect(count).toBe(forget.reduce((sum, mark) => sum + mark, 0));
      }),
      { numRuns: 300 },
    );
    expect(countMarked({ method: "document", threshold: 0 }, Uint8Array.of(255, 0), 0, 2)).toBe(0);
  });

  it("takes time in proportion to the document, not to document times dilation", () => {
    // A million alternating scores with a dilation of a million: quadratic work would not come back today.
    const scores = Uint8Array.from({ length: 1_000_001 }, (_, i) => (i % 3 === 0 ? 255 : 0));
    const policy = { method: "mask" as const, threshold: 0.5, closeGaps: 1_000_000, dilate: 1_000_000 };
    expect(markDocument(policy, scores, 0, false).forget.indexOf(0)).toBe(1_000_000);
  });
});
