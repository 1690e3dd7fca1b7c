import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrange, type DocumentView } from "./view.js";

const HIDDEN = 99;

/** A view of marks alone; synthetic. */
function viewOf(marks: number[], removed: number[], replacement: DocumentView["replacement"]): DocumentView {
  const tokens = Uint32Array.from(marks, (_, at) => at + 1);
  return {
    ...{ id: "a", source: "s", shard: 0, row: 0, text: "", isDropped: false, policies: [] },
    ...{ replacement, tokens, before: 0, content: tokens.length - 1, ends: () => tokens },
    masked: Uint8Array.from(marks),
    removed: Uint8Array.from(removed),
    scores: Uint8Array.from(marks, (mark) => mark * 200),
  };
}

describe("arrange", () => {
  it("never counts what stands in front of a text, removed tokens before or behind it or not", () => {
    const framed = (removed: number[]) => ({ ...viewOf([0, ...removed, 0], [0, ...removed, 0], "nothing"), before: 1 });
    expect([...arrange(framed([0, 0]), HIDDEN).lossMask]).toEqual([0, 1, 1, 1]);
    expect([...arrange(framed([1, 0]), HIDDEN).inputs]).toEqual([1, 3, 4]);
    expect([...arrange(framed([1, 0]), HIDDEN).lossMask]).toEqual([0, 1, 1]);
  });

  it("leaves inputs alone under mask: only targets are not counted", () => {
    const { inputs, lossMask } = arrange(viewOf([0, 1, 1, 0, 0], [0, 0, 0, 0, 0], "hidden"), HIDDEN);
    expect([...inputs]).toEqual([1, 2, 3, 4, 5]);
    expect([...lossMask]).toEqual([1, 0, 0, 1, 1]);
  });

  it("keeps every position when each removed token becomes <|hidden|>", () => {
    const { inputs, lossMask } = arrange(viewOf([1, 1, 0, 1, 0], [1, 1, 0, 1, 0], "hidden"), HIDDEN);
    expect([...inputs]).toEqual([99, 99, 3, 99, 5]);
    expect([...lossMask]).toEqual([0, 0, 1, 0, 1]);
  });

  it("puts one <|hidden|> per span", () => {
    const { inputs, lossMask } = arrange(viewOf([1, 1, 0, 1, 0], [1, 1, 0, 1, 0], "one-hidden"), HIDDEN);
    expect([...inputs]).toEqual([99, 3, 99, 5]);
    expect([...lossMask]).toEqual([0, 1, 0, 1]);
  });

  it("puts nothing", () => {
    const { inputs, lossMask } = arrange(viewOf([1, 1, 0, 1, 0], [1, 1, 0, 0, 0], "nothing"), HIDDEN);
    expect([...inputs]).toEqual([3, 4, 5]);
    expect([...lossMask]).toEqual([1, 0, 1]);
  });

  it("never trains <|hidden|> and always trains retain tokens, in order, whatever is removed", () => {
    const marks = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 40 });
    const replacements = fc.constantFrom("hidden", "one-hidden", "nothing") as fc.Arbitrary<
      DocumentView["replacement"]
    >;
    fc.assert(
      fc.property(marks, replacements, (pairs, replacement) => {
        const view = viewOf(
          pairs.map(([isMasked]) => Number(isMasked)),
          pairs.map(([isMasked, isRemoved]) => Number(isMasked && isRemoved)),
          replacement,
        );
        const retained = view.tokens.filter((_, at) => view.masked[at] === 0);
        const { inputs, lossMask, scores } = arrange(view, HIDDEN);
        expect([lossMask.length, scores.length]).toEqual([inputs.length, inputs.length]);
        const trained = [...inputs].filter((_, at) => lossMask[at] === 1);
        expect(trained).not.toContain(HIDDEN);
        expect(trained).toEqual([...retained]);
      }),
    );
  });
});
