import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { contextOf, Firings } from "./contexts.js";
import { sparse } from "./testing/sparse.js";

describe("firings remembered", () => {
  it("hold one top firing per document, the strongest, and never a special token", () => {
    const firings = new Firings(1, 1, 1);
    firings.add(0, sparse(Float32Array.of(1, 3, 9, 2), 1), Uint8Array.of(0, 0, 1, 0));
    firings.add(1, sparse(Float32Array.of(0, 0), 1), Uint8Array.of(0, 0));
    expect(firings.evidence(0)).toEqual([{ document: 0, position: 1, activation: 3 }]);
  });
  it("are the strongest of thousands of documents, and a uniform sample of all", () => {
    const firings = new Firings(2, 400, 1);
    for (const document of random(1, "synthetic documents").permutation(5000))
      firings.add(document, sparse(Float32Array.of(document + 1, 0), 2), Uint8Array.of(0));
    const shown = firings.evidence(0).map((firing) => firing.activation);
    expect(shown.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, index) => 5000 - index));
    const rest = shown.slice(200);
    // About 200 x 4800 / 5000 of the sample are not among the top; their mean is that of 1..4800, give or take 3 SD.
    expect(rest.length).toBeGreaterThan(175);
    expect(Math.abs(rest.reduce((sum, value) => sum + value, 0) / rest.length - 2400)).toBeLessThan(300);
    expect(new Set(shown).size).toBe(shown.length);
    expect(firings.evidence(1)).toEqual([]);
  });
});

describe("context of a firing", () => {
  const letters = "one two.three";
  const isSpecial = Uint8Array.from(letters, (letter) => (letter === "." ? 1 : 0));
  const text = (from: number, to: number) => letters.slice(from, to);
  it("holds the token and at most `reach` tokens on either side, up to a special token", () => {
    const firing = { document: 0, position: 5, activation: 1 };
    expect(contextOf(firing, isSpecial, text, 3)).toMatchObject({ before: "e t", token: "w", after: "o" });
    expect(contextOf({ ...firing, position: 9 }, isSpecial, text, 3)).toMatchObject({
      before: "t",
      token: "h",
      after: "ree",
    });
  });
});
