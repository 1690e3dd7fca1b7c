import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { contextOf, TopFirings } from "./contexts.js";

const decode = (ids: Uint32Array) => String.fromCharCode(...ids);
const encode = (text: string) => Uint32Array.from(text, (letter) => letter.charCodeAt(0));

describe("top firings", () => {
  it("keeps one firing per document, the strongest, never on a special token", () => {
    const firings = new TopFirings(1);
    firings.add(0, Float32Array.of(1, 3, 9, 2), Uint8Array.of(0, 0, 1, 0));
    firings.add(1, Float32Array.of(0, 0), Uint8Array.of(0, 0));
    firings.add(2, Float32Array.of(5, 5), Uint8Array.of(0, 0));
    expect(firings.spread(0, 20)).toEqual([
      { document: 2, position: 0, activation: 5 },
      { document: 0, position: 1, activation: 3 },
    ]);
  });
  it("finds the strongest of thousands of documents and spreads the rest below them", () => {
    const firings = new TopFirings(2);
    for (const document of random(1, "synthetic documents").permutation(5000))
      firings.add(document, Float32Array.of(document + 1, 0), Uint8Array.of(0));
    const shown = firings.spread(0, 20).map((firing) => firing.activation);
    expect(shown.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, index) => 5000 - index));
    expect(shown).toEqual([...shown].sort((a, b) => b - a));
    expect(new Set(shown).size).toBe(20);
    expect(shown[19]).toBeLessThan(4940);
    expect(firings.spread(1, 20)).toEqual([]);
  });
});

describe("context of a firing", () => {
  const tokens = encode("one two.three");
  const isSpecial = Uint8Array.from(tokens, (id) => (id === ".".charCodeAt(0) ? 1 : 0));
  it("holds the token and at most `reach` tokens on either side, up to a special token", () => {
    const firing = { document: 0, position: 5, activation: 1 };
    expect(contextOf(firing, tokens, isSpecial, decode, 3)).toMatchObject({ before: "e t", token: "w", after: "o" });
    expect(contextOf({ ...firing, position: 9 }, tokens, isSpecial, decode, 3)).toMatchObject({
      before: "t",
      token: "h",
      after: "ree",
    });
  });
});
