import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { splitOf } from "../split.js";
import { alphabetBlocks } from "./blocks.js";
import { logDirichlet } from "./dirichlet.js";
import type { Entry } from "./entries.js";
import { MIXINGS, pageSizes } from "./mixing.js";
import { entryPages } from "./pages.js";

const SEED = 3;
const shares = { validationShare: 0.1, testShare: 0.15 };

/** Entries of families of six words, in no order: one in nine is medical, two are biology. */
const entries = Array.from({ length: 9000 }, (_, i): Entry => {
  const place = (i * 7919) % 9000;
  const family = Math.floor(place / 6)
    .toString(26)
    .padStart(4, "0");
  const term = `${family}${place % 6}`;
  return { term, text: `${term}: gloss ${place}`, domain: i % 9 === 0 ? "medical" : i % 9 < 3 ? "biology" : "general" };
});
const pagesOf = (mixing: (typeof MIXINGS)[number], seed = SEED) => entryPages(entries, { ...shares, mixing, seed });
const linesOf = (pages: ReturnType<typeof pagesOf>) => pages.flatMap(({ text }) => text.split("\n"));

describe.each(MIXINGS)("%s pages", (mixing) => {
  const pages = pagesOf(mixing);

  it("hold every entry once", () => {
    expect(linesOf(pages).sort()).toEqual(entries.map(({ text }) => text).sort());
    expect(new Set(pages.map(({ id }) => id)).size).toBe(pages.length);
  });

  it("keep groups and families of words in one split", () => {
    const splits = new Map<string, Set<string>>();
    for (const page of pages)
      for (const key of [page.group!, ...page.text.split("\n").map((line) => line.slice(0, 4))])
        splits.set(key, (splits.get(key) ?? new Set()).add(splitOf(page, shares)));
    expect([...splits.values()].every(({ size }) => size === 1)).toBe(true);
    expect(new Set([...splits.values()].flatMap((set) => [...set])).size).toBe(3);
  });

  it("hold 15 to 25 entries", () => {
    for (const { truth = [] } of pages) {
      expect(truth.length).toBeGreaterThanOrEqual(15);
      expect(truth.length).toBeLessThanOrEqual(25);
    }
  });

  it("are the same for the same seed, others for another", () => {
    expect(pagesOf(mixing)).toEqual(pages);
    expect(pagesOf(mixing, SEED + 1)).not.toEqual(pages);
  });
});

describe("how domains mix", () => {
  const largest = (mixing: (typeof MIXINGS)[number]) =>
    pagesOf(mixing)
      .map(({ truth = [] }) => {
        const names = truth.map(({ domain }) => domain);
        return Math.max(...names.map((name) => names.filter((other) => other === name).length)) / names.length;
      })
      .sort((a, b) => a - b);

  it("pure pages are of one domain", () => expect(largest("pure")[0]).toBe(1));

  it("most web pages are nearly of one domain and some mix; pages of neighbours mix", () => {
    const web = largest("web");
    expect(web[web.length >> 1]).toBeGreaterThan(0.8);
    expect(web[web.length >> 5]).toBeLessThan(0.8);
    const alphabet = largest("alphabet");
    expect(alphabet[alphabet.length >> 1]).toBeLessThan(0.8);
  });

  it("a mixed page's domains are interleaved", () => {
    const runs = pagesOf("web").map(({ truth = [] }) => ({
      domains: new Set(truth.map(({ domain }) => domain)).size,
      changes: truth.filter(({ domain }, i) => i > 0 && truth[i - 1].domain !== domain).length,
    }));
    expect(runs.some(({ domains, changes }) => changes > domains + 3)).toBe(true);
  });
});

describe("blocks of the alphabet", () => {
  it("end only between families, but for families that fill several", () => {
    const genus = Array.from({ length: 600 }, (_, i): Entry => {
      return { term: `genus ${String(i).padStart(3, "0")}`, text: `g${i}`, domain: "biology" };
    });
    const blocks = alphabetBlocks([...entries, ...genus]);
    const families = blocks.map((block) => new Set(block.map(({ term }) => term.slice(0, 4))));
    const shared = families.slice(1).flatMap((family, i) => [...family].filter((name) => families[i].has(name)));
    expect(new Set(shared)).toEqual(new Set(["genu"]));
    expect(blocks.flat().map(({ term }) => term)).toEqual([...entries, ...genus].map(({ term }) => term).sort());
    expect(Math.max(...blocks.map(({ length }) => length))).toBeLessThanOrEqual(250);
  });
});

describe("pageSizes", () => {
  it("adds up, and stays between 15 and 25 wherever that can be", () => {
    const draw = random(SEED, "sizes");
    for (let entries = 0; entries < 400; entries++) {
      const sizes = pageSizes(entries, draw);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(entries);
      if (entries >= 60) expect(sizes.every((size) => size >= 15 && size <= 25)).toBe(true);
    }
  });
});

describe("logDirichlet", () => {
  it("has the mean and the variance of the Dirichlet, and shares that sum to one at any concentration", () => {
    const draw = random(SEED, "dirichlet");
    const parameters = [0.2, 0, 0.5, 1.3];
    const times = 20_000;
    const sums = parameters.map(() => 0);
    const squares = parameters.map(() => 0);
    for (let i = 0; i < times; i++)
      for (const [index, log] of logDirichlet(parameters, draw).entries()) {
        sums[index] += Math.exp(log);
        squares[index] += Math.exp(2 * log);
      }
    for (const [index, parameter] of parameters.entries()) {
      const mean = parameter / 2;
      expect(sums[index] / times).toBeCloseTo(mean, 2);
      expect(squares[index] / times - (sums[index] / times) ** 2).toBeCloseTo((mean * (1 - mean)) / 3, 2);
    }
    const tiny = logDirichlet([1e-6, 2e-6], draw).map(Math.exp);
    expect(tiny[0] + tiny[1]).toBeCloseTo(1, 12);
  });
});
