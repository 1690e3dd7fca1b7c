import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../../base/package.js";
import { readDomain } from "../domain.js";
import { readAnswer } from "./answers.js";
import { VerdictsAnswer, verdictsOn } from "./group-answers.js";
import { askedOf, piecesOf } from "./pieces.js";
import { ANSWER_PROMPTS, PROMPTS, readPrompts, TOGETHER_PROMPTS } from "./prompts.js";
import { groupsOf } from "./sentence-groups.js";
import { materialOf, syntheticLlm, verdict } from "./testing/synthetic.js";
import { llmTextJudge } from "./text.js";

const domain = readDomain(join(PACKAGE_ROOT, "domains/medicine.json"));
const answerOf = (text: string) => ({
  answer: { text, stop: "end" as const, usage: { inputTokens: 0, outputTokens: 0 } },
});
/** What an answer says of three things, "-" where nothing certain. */
function readThree(text: string): string {
  const read = readAnswer(answerOf(text), VerdictsAnswer);
  const verdicts = "value" in read ? verdictsOn(read.value, 3) : [undefined, undefined, undefined];
  return verdicts.map((value) => value?.verdict ?? "-").join(" ");
}
const entry = (number: unknown, said: string) => ({ number, verdict: said, confidence: 0.9, reason: "" });
const listOf = (...entries: object[]) => JSON.stringify({ verdicts: entries });

describe("numbered verdicts", () => {
  it.each([
    ["as asked for", listOf(entry(1, "yes"), entry(2, "no"), entry(3, "unsure")), "yes no unsure"],
    ["in another order", listOf(entry(3, "unsure"), entry(1, "yes"), entry(2, "no")), "yes no unsure"],
    ["with one missing", listOf(entry(1, "yes"), entry(3, "no")), "yes - no"],
    ["with numbers that are texts", listOf(entry("1", "yes"), entry(" 2 ", "no")), "yes no -"],
    ["with a number twice, the same", listOf(entry(1, "yes"), entry(1, "yes")), "yes - -"],
    ["with a number twice, contradicting itself", listOf(entry(1, "yes"), entry(1, "no"), entry(2, "no")), "- no -"],
    ["with a word that is no verdict", listOf(entry(1, "maybe"), entry(2, "no")), "- no -"],
    ["counted from 0", listOf(entry(0, "yes"), entry(1, "no"), entry(2, "no")), "- - -"],
    ["counted on", listOf(entry(1, "yes"), entry(4, "no")), "- - -"],
    ["without numbers", JSON.stringify({ verdicts: ["yes", "no", "no"] }), "- - -"],
    [
      "as a bare list, thought over and fenced",
      `<think>1: no?</think>\`\`\`json\n[${JSON.stringify(entry(1, "yes"))},]\n\`\`\``,
      "yes - -",
    ],
    ["as one object a line", `${JSON.stringify(entry(1, "yes"))}\n${JSON.stringify(entry(2, "no"))}`, "yes no -"],
    ["by number", '{"1": "yes", "2": {"verdict": "no"}}', "yes no -"],
    ["by number, inside", '{"verdicts": {"1": "yes", "3": "no"}}', "yes - no"],
    ["as lines", "1. yes\n2) **No**\nSentence 3: unsure", "yes no unsure"],
    ["as lines with more in them", "1. No doubt, yes\n2. no", "- no -"],
    ["cut in the middle", listOf(entry(1, "yes"), entry(2, "no")).slice(0, 60), "- - -"],
    ["refused", "I cannot label 3 sentences.", "- - -"],
  ])("%s", (_, text, expected) => {
    expect(readThree(text)).toBe(expected);
  });

  it("are never another thing's, whatever is left out, said twice, or put around", () => {
    const word = fc.constantFrom("yes", "no", "unsure");
    const wrap = fc.constantFrom(
      (text: string) => text,
      (text: string) => `Sure:\n~~~\n${text}\n~~~`,
      (text: string) => `<think>{"number":1,"verdict":"no"}</think>${text}`,
    );
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 20 }),
        fc.infiniteStream(fc.nat(9)),
        wrap,
        (said, dice, around) => {
          const entries = said.flatMap((one, index) => {
            const fate = dice.next().value;
            if (fate === 0) return [];
            return fate === 1 ? [entry(index + 1, one), entry(index + 1, one)] : [entry(index + 1, one)];
          });
          const read = readAnswer(answerOf(around(listOf(...entries))), VerdictsAnswer);
          const found = "value" in read ? verdictsOn(read.value, said.length) : [];
          for (const [index, value] of found.entries()) if (value) expect(value.verdict).toBe(said[index]);
          expect(found.filter(Boolean).length).toBe(new Set(entries.map(({ number }) => number)).size);
        },
      ),
    );
  });
});

describe("sentences in one question", () => {
  const text = "One is here. Two is there. Three is away. ... Four is back.";

  it("are neighbours of one document, no more than allowed, all of them", () => {
    // Two documents of the same text are two documents.
    const asked = [0, 1].flatMap((document) => askedOf(text, piecesOf(text, "sentence"), document));
    const groups = groupsOf(asked, 3);
    expect(groups.flat()).toEqual(asked);
    for (const group of groups) expect(new Set(group.map(({ document }) => document)).size).toBe(1);
    expect(groups.map(({ length }) => length)).toEqual([3, 1, 3, 1]);
  });

  it("get their own verdicts; where an answer says nothing, each is asked about alone, once", async () => {
    const isOf = (sentence: unknown) => (String(sentence).startsWith("Two") ? "yes" : "no");
    let isHelpful = false;
    const { llm, fake } = await syntheticLlm({
      reply(user) {
        const [alone, ...sentences] = materialOf(user);
        if (sentences.length === 0) return { text: verdict(isOf(alone.sentence)) };
        if (!isHelpful) return { text: "Which sentences?" };
        return { text: listOf(...sentences.map(({ number, sentence }) => entry(number, isOf(sentence)))) };
      },
    });
    llm.prompts = readPrompts(undefined, [...PROMPTS, ...TOGETHER_PROMPTS, ...ANSWER_PROMPTS]);
    const judge = llmTextJudge(llm, domain, "sentence", 4);
    const verdictsOfAll = (pieces: Awaited<ReturnType<typeof judge>>) =>
      pieces.flat().map(({ judgement }) => judgement.verdict);
    const expected = ["retain", "forget", "retain", "retain"];
    expect(verdictsOfAll(await judge([text]))).toEqual(expected);
    expect(fake.paid.size).toBe(1 + 4);
    expect(llm.tally).toMatchObject({ asked: 4, answered: 4 });
    // What said nothing about several is not asked again: its sentences have their answers.
    await judge([text]);
    expect([...fake.paid.values()]).toEqual([1, 1, 1, 1, 1]);
    isHelpful = true;
    expect(verdictsOfAll(await judge([`${text} Five.`]))).toEqual([...expected, "retain"]);
    expect((fake.bodies.at(-2) as { max_tokens: number }).max_tokens).toBe(200 + 3 * 100);
  });
});
