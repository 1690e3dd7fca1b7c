import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { cutOf, isForget } from "./forget.js";
import { firstFilteredStep, Policy } from "./policy.js";
import { countView, viewOf } from "./view.js";

const specials = { endOfText: 100, hidden: 101 };
// Synthetic: two documents; tokens 2, 3 of the first and all of the second are forget.
const tokens = Uint32Array.of(1, 2, 7, 8, 3, 100, 7, 9, 100);
const scores = Uint8Array.of(0, 10, 200, 128, 127, 255, 255, 200, 255);
const documentScores = Uint8Array.of(127, 128);
const offsets = [0, 6, 9];
const view = (method: Policy["method"], threshold = 0.5) =>
  viewOf({ method, threshold }, tokens, scores, documentScores, offsets, specials);

describe("isForget", () => {
  it("is inclusive: a score at the threshold is forget", () => {
    expect([...isForget(Uint8Array.of(127, 128, 129), 128 / 255)]).toEqual([0, 1, 1]);
    expect([...isForget(Uint8Array.of(127, 128), 0.5)]).toEqual([0, 1]);
  });
  it("maps every threshold k/255 to the stored score k, in spite of floating point", () => {
    for (let k = 0; k <= 255; k++) expect(cutOf(k / 255)).toBe(k);
  });
  it("refuses a threshold outside [0, 1]", () => {
    expect(() => cutOf(1.01)).toThrow(RangeError);
    expect(() => cutOf(Number.NaN)).toThrow(RangeError);
  });
});

describe("views", () => {
  it("none sees everything", () => {
    expect([...view("none").inputs]).toEqual([...tokens]);
    expect([...view("none").lossMask]).toEqual(Array(9).fill(1));
    expect([...view("none").keptDocuments]).toEqual([0, 1]);
  });
  it("mask drops exactly the forget targets and leaves the inputs alone", () => {
    expect([...view("mask").inputs]).toEqual([...tokens]);
    expect([...view("mask").lossMask]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 1]);
  });
  it("mask trains the retain token right after a span and drops the span's first token", () => {
    expect([view("mask").lossMask[2], view("mask").lossMask[4]]).toEqual([0, 1]);
  });
  it("remove replaces forget inputs by hidden and trains the same targets as mask", () => {
    expect([...view("remove").inputs]).toEqual([1, 2, 101, 101, 3, 100, 101, 101, 100]);
    expect([...view("remove").lossMask]).toEqual([...view("mask").lossMask]);
  });
  it("remove does not change the shard it reads", () => {
    view("remove");
    expect(tokens[2]).toBe(7);
  });
  it("document drops documents at or above the threshold and masks nothing", () => {
    expect([...view("document").keptDocuments]).toEqual([0]);
    expect([...view("document").lossMask]).toEqual(Array(9).fill(1));
    expect([...view("document", 127 / 255).keptDocuments]).toEqual([]);
  });
  it("never takes end-of-text for forget, at any threshold", () => {
    for (const method of ["mask", "remove"] as const) {
      const everything = view(method, 0);
      expect([...everything.lossMask]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 1]);
      expect(everything.inputs[5]).toBe(specials.endOfText);
    }
  });
  it("never trains hidden as a target, under any method", () => {
    const corpus = Uint32Array.of(1, 101, 100);
    for (const method of ["none", "document", "mask", "remove"] as const) {
      const mask = viewOf({ method, threshold: 0.5 }, corpus, new Uint8Array(3), new Uint8Array(1), [0, 3], specials);
      expect([...mask.lossMask]).toEqual([1, 0, 1]);
    }
    const removed = view("remove");
    for (let i = 0; i < tokens.length; i++) if (removed.inputs[i] === 101) expect(removed.lossMask[i]).toBe(0);
  });
  it("says so when scores are missing or of another length", () => {
    expect(() => viewOf({ method: "mask", threshold: 0.5 }, tokens, undefined, undefined, offsets, specials)).toThrow(
      /needs 9 token scores/,
    );
    expect(() =>
      viewOf({ method: "document", threshold: 0.5 }, tokens, scores, new Uint8Array(3), offsets, specials),
    ).toThrow(/needs 2 document scores, it was given 3/);
  });
  it("smooths within documents only: a dilated span stops at the end of its document", () => {
    const smoothed = viewOf(
      { method: "mask", threshold: 0.5, dilate: 5 },
      tokens,
      scores,
      undefined,
      offsets,
      specials,
    );
    expect([...smoothed.lossMask]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 1]);
    const first = Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 0);
    const wide = viewOf({ method: "remove", threshold: 0.5, dilate: 9 }, tokens, first, undefined, offsets, specials);
    expect([...wide.inputs]).toEqual([101, 101, 101, 101, 101, 100, 7, 9, 100]);
  });
  it("refuses a replacement that would shift positions, and says where to go", () => {
    const policy = { method: "remove", threshold: 0.5, replacement: "nothing" } as const;
    expect(() => viewOf(policy, tokens, scores, undefined, offsets, specials)).toThrow(/lacuna export/);
    expect(() => viewOf({ ...policy, method: "mask" }, tokens, scores, undefined, offsets, specials)).not.toThrow();
  });
  it("filters no less when the threshold falls", () => {
    const draw = random(7, "synthetic scores");
    const many = Uint8Array.from({ length: 500 }, () => draw.integer(256));
    const ids = new Uint32Array(500);
    const trained = (threshold: number) =>
      viewOf({ method: "mask", threshold }, ids, many, undefined, [0, 500], specials).lossMask.reduce((a, b) => a + b);
    for (let k = 1; k <= 20; k++) expect(trained((k - 1) / 20)).toBeLessThanOrEqual(trained(k / 20));
  });
});

describe("counts", () => {
  it("counts tokens that are no longer trained, for every method", () => {
    expect(countView(view("none"), offsets)).toMatchObject({ filteredTokens: 0, filteredShare: 0, tokens: 9 });
    expect(countView(view("mask"), offsets)).toMatchObject({ filteredTokens: 4, filteredShare: 4 / 9 });
    expect(countView(view("remove"), offsets)).toMatchObject({ filteredTokens: 4, filteredDocuments: 0 });
    expect(countView(view("document"), offsets)).toMatchObject({ filteredTokens: 3, filteredDocuments: 1 });
  });
});

describe("delayed start", () => {
  it("filters from the first step by default and from round(startAt x steps) otherwise", () => {
    const policy = Policy.parse({ domain: "medicine", method: "mask", threshold: 0.5 });
    expect(firstFilteredStep(policy, 100)).toBe(0);
    expect(firstFilteredStep({ ...policy, startAt: 0.255 }, 100)).toBe(26);
  });
});
