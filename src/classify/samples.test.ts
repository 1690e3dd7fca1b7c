import { describe, expect, it } from "vitest";
import type { Backbone } from "./backbone.js";
import { planSample } from "./sample-plan.js";
import { readSample } from "./samples.js";
import { syntheticBiLm } from "./testing/synthetic.js";

const END = 99;
const specials = new Set([END]);
/** Synthetic documents of 1..20 tokens with end-of-text; token ids tell where they are. */
const documents = Array.from({ length: 50 }, (_, index) =>
  Uint32Array.of(...Array.from({ length: 1 + (index % 20) }, (_, position) => (index + position) % 90), END),
);
const tokenLabels = Uint8Array.from(documents.flatMap((ids) => [...ids].map((id) => (id < 20 ? 1 : 0))));
const documentLabels = Uint8Array.from(documents, (ids) => (ids[0] < 20 ? 1 : 0));
const split = { split: "train", documents, tokenLabels, documentLabels };

describe("a sample", () => {
  it("keeps exactly as many ordinary tokens as asked, and all when there are fewer", () => {
    for (const [tokens, expected] of [
      [100, 100],
      [10_000, documents.reduce((sum, ids) => sum + ids.length - 1, 0)],
    ]) {
      const plan = planSample(split, specials, { tokens, readTokens: 1e9, seed: 1 });
      expect(plan.rows).toBe(expected);
      expect(plan.positions.reduce((sum, kept) => sum + kept.length, 0)).toBe(expected);
    }
  });
  it("never keeps a special token", () => {
    const plan = planSample(split, specials, { tokens: 1e9, readTokens: 1e9, seed: 1 });
    for (const [k, index] of plan.documents.entries())
      for (const position of plan.positions[k]) expect(documents[index][position]).not.toBe(END);
  });
  it("takes no document and no token whose label is unknown, and the others as before", () => {
    const tokenLabels2 = tokenLabels.map((label, place) => (place % 3 === 0 ? 255 : label));
    const documentLabels2 = documentLabels.map((label, index) => (index % 5 === 0 ? 255 : label));
    const unsure = { ...split, tokenLabels: tokenLabels2, documentLabels: documentLabels2 };
    const plan = planSample(unsure, specials, { tokens: 1e9, readTokens: 1e9, seed: 1 });
    const starts = documents.map((_, index) => documents.slice(0, index).reduce((sum, ids) => sum + ids.length, 0));
    expect([...plan.documents]).toEqual([...documents.keys()].filter((index) => index % 5 !== 0));
    for (const [k, index] of plan.documents.entries()) {
      const wanted = [...documents[index].keys()].filter(
        (position) => (starts[index] + position) % 3 !== 0 && documents[index][position] !== END,
      );
      expect([...plan.positions[k]]).toEqual(wanted);
    }
  });
  it("holds both classes where both exist, and about their prevalence, however little is read (50 seeds)", () => {
    const rare = documentLabels.map((_, index) => (index === 7 || index === 30 ? 1 : 0));
    for (const labels of [rare, rare.map((label) => 1 - label)]) {
      for (let seed = 0; seed < 50; seed++) {
        const little = planSample({ ...split, documentLabels: labels }, specials, { tokens: 9, readTokens: 22, seed });
        expect(new Set(Array.from(little.documents, (index) => labels[index])), `seed ${seed}`).toEqual(
          new Set([0, 1]),
        );
      }
    }
    for (let seed = 0; seed < 50; seed++) {
      const half = planSample(split, specials, { tokens: 9, readTokens: 300, seed });
      const share = (indices: Iterable<number>) => {
        const labels = Array.from(indices, (index) => documentLabels[index]);
        return labels.reduce((sum, label) => sum + label, 0) / labels.length;
      };
      expect(Math.abs(share(half.documents) - share(documents.keys())), `seed ${seed}`).toBeLessThan(0.06);
    }
  });
  it("stops drawing documents when enough is read", () => {
    const plan = planSample(split, specials, { tokens: 1e9, readTokens: 60, seed: 2 });
    const read = plan.documents.reduce((sum, index) => sum + documents[index].length, 0);
    expect(read).toBeGreaterThanOrEqual(60);
    expect(read).toBeLessThan(60 + 21);
  });
  it("is the same for the same seed and another for another", () => {
    const plan = (seed: number) => planSample(split, specials, { tokens: 50, readTokens: 200, seed });
    expect(plan(3)).toEqual(plan(3));
    expect(plan(4)).not.toEqual(plan(3));
  });
  it("draws every token equally often (200 seeds)", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 200; seed++) {
      const plan = planSample({ ...split, documents: documents.slice(0, 4) }, specials, {
        tokens: 5,
        readTokens: 1e9,
        seed,
      });
      for (const [k, index] of plan.documents.entries())
        for (const position of plan.positions[k])
          counts.set(`${index}.${position}`, (counts.get(`${index}.${position}`) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(36);
  });
});

describe("reading a sample", () => {
  const biLm: Backbone = syntheticBiLm(2);
  const plan = planSample(split, specials, { tokens: 80, readTokens: 300, seed: 5 });

  it("puts left then right states of the kept token, its label, place and document in one row", async () => {
    const sample = await readSample(biLm, split, plan, [0, 1], specials);
    expect(sample.width).toBe(4);
    const all = documents.flatMap((ids) => [...ids]);
    for (let row = 0; row < plan.rows; row++) {
      const id = all[sample.tokenPlaces[row]];
      expect(sample.tokenLabels[row]).toBe(tokenLabels[sample.tokenPlaces[row]]);
      for (const [k, { tokens }] of sample.layers.entries())
        expect([...tokens.subarray(4 * row, 4 * row + 4)]).toEqual([id, k, -id, -k]);
    }
    const rows = plan.positions.flatMap((kept, k) => [...kept].map(() => plan.documents[k]));
    expect([...sample.tokenDocuments]).toEqual(rows);
  });
  it("pools a document over its ordinary tokens only", async () => {
    const sample = await readSample(biLm, split, plan, [1], specials);
    expect([...sample.documentPlaces]).toEqual([...plan.documents]);
    for (const [row, index] of sample.documentPlaces.entries()) {
      const ids = [...documents[index]].slice(0, -1);
      const mean = ids.reduce((a, b) => a + b, 0) / ids.length;
      const [left, layer, right] = sample.layers[0].documents.subarray(4 * row, 4 * row + 4);
      expect(left).toBeCloseTo(mean, 5);
      expect(right).toBeCloseTo(-mean, 5);
      expect(layer).toBe(1);
      expect(sample.documentLabels[row]).toBe(documentLabels[index]);
    }
  });
});
