import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { mixDocuments } from "./upsample.js";

const SEED = 5;
const draw = random(SEED, "synthetic sources");
const SOURCES = ["notes", "papers", "novels", "speeches"];
const MEDICAL = SOURCES.slice(0, 2);
const sources = Array.from(
  { length: 2000 },
  () => SOURCES[draw.uniform() < 0.2 ? draw.integer(2) : 2 + draw.integer(2)],
);
const offsets = [0];
for (const _ of sources) offsets.push(offsets[offsets.length - 1] + 5 + draw.integer(200));
const all = Uint32Array.from(sources.keys());

const tokensIn = (documents: Uint32Array, isOf: (source: string) => boolean) =>
  documents.reduce((sum, d) => sum + (isOf(sources[d]) ? offsets[d + 1] - offsets[d] : 0), 0);
const shareOf = (documents: Uint32Array, isOf: (source: string) => boolean) =>
  tokensIn(documents, isOf) / tokensIn(documents, () => true);

describe(`a mix of synthetic sources (seed ${SEED})`, () => {
  const isMedical = (source: string) => MEDICAL.includes(source);

  it("gives sources half of the tokens, within 2 %, and leaves nothing out", () => {
    expect(shareOf(all, isMedical)).toBeLessThan(0.25);
    const mixed = mixDocuments(all, sources, offsets, { sources: MEDICAL, share: 0.5, seed: SEED });
    expect(Math.abs(shareOf(mixed, isMedical) - 0.5)).toBeLessThan(0.02);
    expect(new Set(mixed).size).toBe(all.length);
  });

  it("repeats the rest where the sources have more than their share", () => {
    const mixed = mixDocuments(all, sources, offsets, { sources: MEDICAL, share: 0.05, seed: SEED });
    expect(Math.abs(shareOf(mixed, isMedical) - 0.05)).toBeLessThan(0.02);
    expect(new Set(mixed).size).toBe(all.length);
  });

  it("repeats documents evenly: none twice more than another", () => {
    const mixed = mixDocuments(all, sources, offsets, { sources: MEDICAL, share: 0.7, seed: SEED });
    const times = new Map<number, number>();
    for (const d of mixed) times.set(d, (times.get(d) ?? 0) + 1);
    const medical = [...times].filter(([d]) => isMedical(sources[d])).map(([, n]) => n);
    expect(Math.max(...medical) - Math.min(...medical)).toBeLessThanOrEqual(1);
  });

  it("says which sources there are when one has no document, and refuses to upsample everything", () => {
    const mix = (names: string[]) => mixDocuments(all, sources, offsets, { sources: names, share: 0.5, seed: 1 });
    expect(() => mix(["medical"])).toThrow(/--upsample medical: no document .* notes, novels, papers, speeches\./);
    expect(() => mix(SOURCES)).toThrow(/all 2,000 documents are of these sources/);
  });
});
