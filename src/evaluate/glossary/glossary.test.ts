import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { temporaryFolder } from "../../testing/folder.js";
import { readQuestions } from "../questions/read.js";
import { chooseQuestions, givesAway, type KnownEntry } from "./choose.js";
import { GLOSSARY_FILE, glossarySetStage } from "./stage.js";

/** Synthetic words: no two begin alike. */
const word = (i: number) =>
  `${"bcdfghklmnpr"[i % 12]}${"aeiou"[i % 5]}${"bcdfghklmnpr"[((i * 7 + i / 12) % 12) | 0]}${"stvz"[(i >> 4) & 3]}${i % 9 === 0 ? "on" : "um"}`;
const entry = (i: number, more: Partial<KnownEntry> = {}): KnownEntry => ({
  ...{ id: `${i}`, domain: "medical", kind: "synthetic", term: word(i), definition: `the ${i + 1000}th of a row` },
  ...{ occurrences: 20, isTrainedOn: false, ...more },
});
const options = {
  ...{ forget: ["medical"], retain: ["biology"], ask: "term" as const, minOccurrences: 5 },
  ...{ choices: 4, perSide: 100, seed: 1 },
};

describe("a definition that gives its term away", () => {
  it("has a word of it, or one that begins alike", () => {
    expect(givesAway("disease of the liver", "liver abscess")).toBe(true);
    expect(givesAway("a diabetic state", "Diabetes mellitus")).toBe(true);
    expect(givesAway("an organ that filters blood", "kidney")).toBe(false);
    expect(givesAway("what is in DNA", "DNA")).toBe(true);
    expect(givesAway("what is in dnase", "DNA")).toBe(false);
  });
});

describe("choosing glossary questions", () => {
  const many = Array.from({ length: 40 }, (_, i) => entry(i));

  it("asks for the term among distractors of the same kind, about as long and as frequent", () => {
    const others = [
      entry(100, { kind: "other" }),
      entry(101, { occurrences: 500 }),
      entry(102, { term: "a word that is very much longer" }),
      entry(103, { domain: "biology" }),
    ];
    const { questions } = chooseQuestions([...many, ...others], options);
    expect(questions.length).toBeGreaterThanOrEqual(40);
    const terms = new Set(many.map(({ term }) => term));
    for (const { id, choices, answer, prompt, category } of questions) {
      expect(choices.every((choice) => terms.has(choice))).toBe(true);
      expect(new Set(choices).size).toBe(4);
      const asked = many.find((one) => one.id === id)!;
      expect(choices[answer]).toBe(asked.term);
      expect(prompt).toBe(`Definition: ${asked.definition}\nTerm:`);
      expect(category).toBe("forget");
    }
    const places = questions.map(({ answer }) => answer);
    for (let place = 0; place < 4; place++) expect(places).toContain(place);
  });

  it("counts what it leaves out, by reason", () => {
    const bad = [
      entry(0, { id: "again" }),
      entry(200, { definition: `see ${word(200)}` }),
      entry(201, { isTrainedOn: true }),
      entry(202, { occurrences: 4 }),
      entry(203, { domain: "biology" }),
      entry(203, { id: "both" }),
      entry(204, { domain: "elsewhere" }),
    ];
    const { leftOut, otherDomains } = chooseQuestions([...many, ...bad], { ...options, perSide: 30 });
    expect(otherDomains).toBe(1);
    expect(leftOut.forget).toEqual({
      ...{ "term given before": 1, "definition gives the term away": 1, "definition in the training text": 1 },
      ...{ "term rare in the training text": 1, "term of both sides": 1, "enough questions": 10 },
    });
    expect(leftOut.retain).toEqual({ "term of both sides": 1 });
  });

  it("asks for the definition from the term, too", () => {
    const { questions } = chooseQuestions(many, { ...options, ask: "definition" });
    const { prompt, choices, answer, id } = questions[0];
    expect(prompt).toBe(`Term: ${word(Number(id))}\nDefinition:`);
    expect(choices[answer]).toBe(`the ${Number(id) + 1000}th of a row`);
  });
});

describe("npx lacuna glossary-set", () => {
  it("holds definitions out of the training text, and its questions are read by npx lacuna questions", async () => {
    const folder = temporaryFolder();
    const [glossary, text] = [join(folder, "terms.jsonl"), join(folder, "text.jsonl")];
    const definition = (i: number) => `at ${i} comes ${i + 1} then ${i + 2} then ${i + 3} in the row`;
    const records = Array.from({ length: 60 }, (_, i) => ({
      ...{ id: i, terms: [`${word(i)} (${i})`], definition: definition(i), domain: i % 2 ? "medical" : "biology" },
    }));
    writeFileSync(glossary, records.map((record) => JSON.stringify(record)).join("\n"));
    const said = records.map((_, i) => ({ text: `${word(i)} `.repeat(6) }));
    const leaked = { text: `As is known, ${definition(7)}.` };
    writeFileSync(text, [...said, leaked].map((record) => JSON.stringify(record)).join("\n"));
    const out = join(folder, "set");
    const { result } = await runStage(glossarySetStage, { glossary: [glossary], text: [text] }, out);
    expect(result).toMatchObject({ documents: 61, forget: { medianOccurrences: 6 } });
    const { questions, unusable } = await readQuestions([join(out, GLOSSARY_FILE)]);
    expect(unusable).toEqual({});
    expect(new Set(questions.map(({ group }) => group))).toEqual(new Set(["glossary/forget", "glossary/retain"]));
    expect(readFileSync(join(out, GLOSSARY_FILE), "utf8")).not.toContain(`"question":"${definition(7)}"`);
    expect(questions.some(({ question }) => question === definition(9))).toBe(true);
  });
});
