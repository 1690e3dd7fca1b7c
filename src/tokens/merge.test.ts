import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { Merges, mergeWord } from "./merge.js";

/** The rule itself: lowest rank first, leftmost of equals. */
function mergePlainly(word: number[], merges: Map<string, { rank: number; id: number }>): number[] {
  const find = (at: number) => merges.get(`${word[at]} ${word[at + 1]}`);
  for (;;) {
    const ranks = word.slice(1).map((_, at) => find(at)?.rank ?? Infinity);
    const best = Math.min(...ranks);
    if (best === Infinity) return word;
    const at = ranks.indexOf(best);
    word.splice(at, 2, find(at)!.id);
  }
}

describe("mergeWord", () => {
  it("merges like the plain rule, short words and long ones", () => {
    const draw = random(7, "synthetic:merges");
    for (let round = 0; round < 300; round++) {
      const table = new Merges(4);
      const plain = new Map<string, { rank: number; id: number }>();
      for (let rank = 0; rank < 40; rank++) {
        const [left, right] = [draw.integer(3 + rank), draw.integer(3 + rank)];
        if (plain.has(`${left} ${right}`)) continue;
        plain.set(`${left} ${right}`, { rank, id: 3 + rank });
        table.set(left, right, rank, 3 + rank);
      }
      const word = Array.from({ length: draw.integer(round % 2 ? 120 : 30) }, () => draw.integer(3));
      const ids = Uint32Array.from(word);
      const count = mergeWord(ids, table);
      expect(Array.from(ids.subarray(0, count))).toEqual(mergePlainly(word, plain));
    }
  });
});

describe("Merges", () => {
  it("finds every pair it was given, the last rank of each, and no other", () => {
    const draw = random(8, "synthetic:pairs");
    const table = new Merges(1);
    const plain = new Map<string, number>();
    for (let rank = 0; rank < 5000; rank++) {
      const [left, right] = [draw.integer(100), draw.integer(100)];
      table.set(left, right, rank, rank + 1);
      plain.set(`${left} ${right}`, rank);
    }
    for (let left = 0; left < 100; left++) {
      for (let right = 0; right < 100; right++) {
        const slot = table.find(left, right);
        expect(slot < 0 ? undefined : table.ranks[slot]).toBe(plain.get(`${left} ${right}`));
        if (slot >= 0) expect(table.ids[slot]).toBe(table.ranks[slot] + 1);
      }
    }
  });
});
