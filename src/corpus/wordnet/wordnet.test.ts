import { describe, expect, it } from "vitest";
import { SPLITS } from "../document.js";
import { splitOf } from "../split.js";
import { summarise } from "../summary.js";
import { wordNetDomains } from "./domains.js";
import { type Entry, thinEntries, wordNetEntries } from "./entries.js";
import { embeddedDocuments } from "./pages.js";
import { parseSynset, readWordNet } from "./parse.js";
import { WORDNET_DOMAINS } from "./roots.js";
import { topicNames, withoutTopicTag } from "./topic-tag.js";

const synsets = readWordNet();
const domains = wordNetDomains(synsets);
const bySenseKey = new Map(synsets.flatMap((synset) => synset.senseKeys.map((key) => [key, synset.id])));
const domainOf = (senseKey: string) => domains.get(bySenseKey.get(senseKey)!);

describe("readWordNet", () => {
  it("reads all synsets of WordNet 3.1", () => {
    expect(synsets.length).toBe(117_791);
    expect(synsets.every(({ words, gloss }) => words.length > 0 && gloss.length > 0)).toBe(true);
  });

  it("parses words, relations and gloss of a line", () => {
    const line =
      '00002312 00 a 02 abaxial 0 dorsal(p) 4 002 ;c 06047178 n 0000 ! 00002527 a 0101 | facing away; "the abaxial surface"  ';
    expect(parseSynset(line, "a")).toEqual({
      id: "a00002312",
      lexicographerFile: 0,
      words: ["abaxial", "dorsal"],
      senseKeys: ["abaxial%3:00:00", "dorsal%3:00:04"],
      pointers: [
        { symbol: ";c", target: "n06047178" },
        { symbol: "!", target: "a00002527" },
      ],
      gloss: 'facing away; "the abaxial surface"',
    });
  });
});

describe("wordNetDomains", () => {
  it.each([
    ["pneumonia%1:26:00", "medical"],
    ["appendectomy%1:04:00", "medical"],
    ["penicillin%1:06:00", "medical"],
    ["cardiologist%1:18:00", "medical"],
    ["femoral_artery%1:08:00", "medical"],
    ["cardiac%3:01:00", "medical"],
    ["schizophrenia%1:26:00", "medical"],
    ["auscultate%2:39:00", "medical"],
    ["oak%1:20:00", "biology"],
    ["photosynthesis%1:22:00", "biology"],
    ["mitochondrion%1:08:00", "biology"],
    ["leaf_blight%1:26:00", "biology"],
    ["escherichia_coli%1:05:00", "biology"],
    ["beer%1:13:00", "general"],
    ["computer_virus%1:10:00", "general"],
    ["lawyer%1:18:00", "general"],
    ["ponytail%1:08:00", "general"],
    ["surgery%1:06:01", "general"],
  ])("%s is %s", (senseKey, domain) => expect(domainOf(senseKey)).toBe(domain));
});

describe("topic tags", () => {
  const topics = topicNames(synsets);
  const opening = (synset: (typeof synsets)[number]) => ({
    before: synset.gloss,
    after: withoutTopicTag(synset.gloss, topics),
    isMedical: domains.get(synset.id) === "medical",
  });
  const tagged = synsets.map(opening).filter(({ before }) => before.startsWith("("));

  it("are taken off; what else opens a gloss in parentheses stays", () => {
    const stripped = tagged.filter(({ before, after }) => before !== after);
    const counts = (list: typeof tagged) => [list.length, list.filter(({ isMedical }) => isMedical).length];
    expect(counts(stripped)).toEqual([2533, 221]);
    expect(counts(tagged.filter(({ before, after }) => before === after))).toEqual([1525, 19]);
    expect(tagged.filter(({ after }) => /^\((?:of|used|usually|plural)\b/.test(after)).length).toBeGreaterThan(500);
  });

  it("open no medical entry", () => {
    const medical = wordNetEntries().filter(({ domain }) => domain === "medical");
    const fields =
      /: \((?:pathology|medicine|psychiatry|psychology|surgery|dentistry|anatomy|physiology|pharmacology)\)/;
    expect(medical.filter(({ text }) => fields.test(text)).map(({ text }) => text)).toEqual([]);
  });
});

describe("the embedded corpus", () => {
  const shares = { medicalShare: 0.11, biologyShare: 0.2, validationShare: 0.05, testShare: 0.07 };
  const pages = embeddedDocuments({ ...shares, mixing: "web", seed: 1 });

  it("has the shares asked for", () => {
    const characters = new Map<string, number>();
    for (const { truth = [] } of pages)
      for (const { start, end, domain } of truth) characters.set(domain, (characters.get(domain) ?? 0) + end - start);
    const total = [...characters.values()].reduce((sum, count) => sum + count, 0);
    expect(characters.get("medical")! / total).toBeCloseTo(0.11, 2);
    expect(characters.get("biology")! / total).toBeCloseTo(0.2, 2);
  });

  it("knows the domain of every character but the line ends between entries", () => {
    for (const { text, truth = [] } of pages) {
      expect(truth.length).toBeLessThanOrEqual(25);
      expect(truth.map(({ start, end }) => text.slice(start, end)).join("\n")).toBe(text);
    }
  });

  it("says nothing twice", () => {
    const glosses = pages.flatMap(({ text }) => text.split("\n").map((line) => line.slice(line.indexOf(": ") + 2)));
    expect(glosses.length - new Set(glosses).size).toBeLessThan(glosses.length / 1000); // terms with a colon
  });

  it("has nearly the same shares of domains in every split", () => {
    const { domains, characters } = summarise(pages.map((page) => ({ ...page, split: splitOf(page, shares) })));
    for (const [domain, wanted] of Object.entries({ medical: 0.11, biology: 0.2, general: 0.69 }))
      for (const split of SPLITS)
        expect(Math.abs(domains[domain][split] / characters[split] / wanted - 1)).toBeLessThan(0.2);
  });

  it("is the same for the same seed, another for another", () => {
    const entries = Array.from({ length: 300 }, (_, i): Entry => {
      return { term: `t${i}`, text: `t${i}: synthetic gloss`, domain: WORDNET_DOMAINS[i % 3] };
    });
    const thin = (seed: number) => thinEntries(entries, { medicalShare: 0.5, biologyShare: 0.3, seed });
    expect(thin(1)).toEqual(thin(1));
    expect(thin(1)).not.toEqual(thin(2));
  });

  it("refuses shares that leave no general text", () => {
    expect(() =>
      embeddedDocuments({ ...shares, medicalShare: 0.5, biologyShare: 0.5, mixing: "web", seed: 1 }),
    ).toThrow(/leave nothing general/);
  });

  it("keeps every medical entry", () => {
    const entries = Array.from({ length: 999 }, (_, i): Entry => {
      return { term: `t${i}`, text: `t${i}: ${"x".repeat(i % 17)}`, domain: WORDNET_DOMAINS[i % 3] };
    });
    const kept = thinEntries(entries, { medicalShare: 0.7, biologyShare: 0.1, seed: 5 });
    expect(kept.filter(({ domain }) => domain === "medical").length).toBe(333);
    expect(kept.length).toBeLessThan(600);
  });
});
