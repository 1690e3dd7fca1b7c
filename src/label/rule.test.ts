import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { type ActiveCounts, countActive, labelDocument, labelTokens, Rule } from "./rule.js";
import { sparse } from "./testing/sparse.js";

const rule = Rule.parse({});
const counts = (strong: string, weak: string): ActiveCounts => ({
  strong: Uint16Array.from(strong, Number),
  weak: Uint16Array.from(weak, Number),
});
const none = (length: number) => new Uint8Array(length);
const label = (strong: string, weak: string, special?: string, changes: Partial<Rule> = {}) =>
  labelTokens(counts(strong, weak), special ? Uint8Array.from(special, Number) : none(strong.length), {
    ...rule,
    ...changes,
  }).join("");

/** The same array, telling how often its elements were read. */
function countingReads(values: Uint16Array): { array: Uint16Array; reads: () => number } {
  let reads = 0;
  const array = new Proxy(values, {
    get(target, key) {
      if (typeof key === "string" && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key);
    },
  });
  return { array, reads: () => reads };
}

describe("labelling rule", () => {
  it("needs two strong latents: one is no seed, two are", () => {
    expect(label("0100", "1111")).toBe("0000");
    expect(label("0200", "0200")).toBe("0100");
  });
  it("grows over active neighbours both ways, and stops at a gap of one inactive token", () => {
    expect(label("0002000", "1011101")).toBe("0011100");
  });
  it("never labels a special token nor grows across it", () => {
    expect(label("0020200", "1111211", "0001000")).toBe("1110111");
    expect(label("00200", "11111", "00010")).toBe("11100");
    expect(label("00900", "11911", "00100")).toBe("00000");
  });
  it("does not grow when told not to, and honours minStrong and minWeak", () => {
    expect(label("0200", "1211", undefined, { grow: false })).toBe("0100");
    expect(label("0100", "1111", undefined, { minStrong: 1 })).toBe("1111");
    expect(label("0200", "1221", undefined, { minWeak: 2 })).toBe("0110");
  });
  it("equals repeated flood filling on random runs", () => {
    const draw = random(7, "rule test");
    const strong = Uint16Array.from({ length: 3000 }, () => (draw.uniform() < 0.02 ? 2 : 0));
    const weak = strong.map((s) => (s || draw.uniform() < 0.7 ? 2 : 0));
    const special = Uint8Array.from(strong, () => (draw.uniform() < 0.01 ? 1 : 0));
    const flooded = strong.map((s, t) => (s >= 2 && !special[t] ? 1 : 0));
    for (let changed = true; changed; ) {
      changed = false;
      for (let t = 0; t < flooded.length; t++)
        if (!flooded[t] && !special[t] && weak[t] && (flooded[t - 1] || flooded[t + 1])) {
          flooded[t] = 1;
          changed = true;
        }
    }
    expect([...labelTokens({ strong, weak }, special, rule)]).toEqual([...flooded]);
  });
  it("labels a run of a million active tokens from one seed at its end", () => {
    const weak = new Uint16Array(1_000_000).fill(1);
    const strong = new Uint16Array(1_000_000);
    strong[999_999] = 2;
    const counted = countingReads(weak);
    expect(labelTokens({ strong, weak: counted.array }, none(1_000_000), rule).every((value) => value === 1)).toBe(
      true,
    );
    // Growth looks at a token at most once in each direction, however long the run.
    expect(counted.reads()).toBeLessThanOrEqual(2_000_000);
  });
});

describe("counting active latents", () => {
  it("counts strong from the threshold on, weak above zero", () => {
    const active = sparse(Float32Array.of(0, 2, 1, 4, 0, 0, 0, 3), 2);
    const { strong, weak } = countActive(active, Float64Array.of(1, 3));
    expect([...strong]).toEqual([0, 2, 0, 1]);
    expect([...weak]).toEqual([1, 2, 0, 1]);
  });
  it("never calls a silent latent strong, even at threshold zero", () => {
    expect(countActive(sparse(Float32Array.of(0), 1), Float64Array.of(0)).strong[0]).toBe(0);
  });
});

describe("document label", () => {
  it("is the share of ordinary tokens, special ones aside", () => {
    expect(labelDocument(Uint8Array.of(1, 0, 0, 0, 0), Uint8Array.of(0, 0, 0, 0, 1), 0.25)).toBe(1);
    expect(labelDocument(Uint8Array.of(1, 0, 0, 0, 0), Uint8Array.of(0, 0, 0, 0, 0), 0.25)).toBe(0);
    expect(labelDocument(Uint8Array.of(0), Uint8Array.of(1), 0.25)).toBe(0);
  });
});
