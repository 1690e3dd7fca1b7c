import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readText } from "../../base/files.js";
import { runStage } from "../../base/stage.js";
import { materialOf, syntheticLlm, verdict } from "../../label/llm/testing/synthetic.js";
import { referenceLosses } from "../../nn/testing/reference.js";
import { temporaryFolder } from "../../testing/folder.js";
import { encodePrompt } from "../../tokens/index.js";
import { syntheticModel } from "../testing/synthetic-model.js";
import { type RatedResponse, type ResponseFigures, responseFigures } from "./figures.js";
import { judgeResponses } from "./judge.js";
import { overlap, repetition } from "./offline.js";
import { responsesStage } from "./stage.js";

describe("offline figures", () => {
  it("repetition is the share of four-word runs said before", () => {
    expect(repetition("one two three four five")).toBe(0);
    expect(repetition("a b c d a b c d")).toBeCloseTo(1 / 5, 12);
    expect(repetition("no no no no no no")).toBeCloseTo(2 / 3, 12);
    expect(repetition("too short")).toBeNull();
  });

  it("overlap counts each longer word of the other text once", () => {
    expect(overlap("Aspirin thins blood.", "What does aspirin do to blood? ASPIRIN!")).toBe(1);
    expect(overlap("nothing", "What does aspirin do to blood?")).toBe(0);
    expect(overlap("anything", "what is it")).toBeNull();
  });
});

describe("judging responses", () => {
  it("asks each criterion with what it needs, and calls nothing a no that is none", async () => {
    const replies: Record<string, { text: string; refusal?: string }> = {
      right: { text: verdict("yes") },
      wrong: { text: verdict("no") },
      odd: { text: verdict("unsure") },
      broken: { text: "Yes, but also no." },
      touchy: { text: "", refusal: "I will not" },
    };
    const { llm, fake } = await syntheticLlm({ reply: (user) => replies[materialOf(user)[0].response as string] });
    const answers = Object.keys(replies).map((text) => ({ question: `about ${text}`, reference: "ref", text }));
    const judged = await judgeResponses(llm, "correctness", answers);
    expect(judged).toEqual([
      ...[{ verdict: "yes" }, { verdict: "no" }, { verdict: "unknown", cause: "unsure" }],
      ...[
        { verdict: "unknown", cause: "malformed" },
        { verdict: "unknown", cause: "refusal" },
      ],
    ]);
    expect(JSON.stringify(fake.bodies)).toContain("reference");
    fake.bodies.length = 0;
    await judgeResponses(llm, "coherence", answers);
    const shown = JSON.stringify(fake.bodies);
    expect(shown).not.toContain("about right");
    expect(shown).toContain("right");
  });

  it("leaves unknowns out of the rate and counts them by cause", () => {
    const response = (more: Partial<RatedResponse>): RatedResponse => ({
      ...{ id: "", source: "s", question: "", text: "said", isCut: false, repetition: null, questionOverlap: null },
      ...{ referenceOverlap: null, referenceLogLikelihood: null, isReferenceBeyondContext: false, ...more },
    });
    const { s } = responseFigures([
      response({ relevance: { verdict: "yes" } }),
      response({ relevance: { verdict: "no" } }),
      response({ relevance: { verdict: "unknown", cause: "api error" } }),
      response({ text: null }),
      response({ text: " " }),
    ]);
    expect(s).toMatchObject({ asked: 5, tooLong: 1, empty: 1, repetition: null });
    expect(s.judged.relevance!.rate).toMatchObject({ value: 0.5, count: 2 });
    expect(s.judged.relevance!.unknown).toEqual({ "api error": 1 });
    expect(s.judged.correctness).toBeUndefined();
  });
});

describe("npx lacuna responses", () => {
  it("asks, and measures the likelihood of the reference as the model's own answer", async () => {
    const folder = temporaryFolder();
    const made = await syntheticModel(folder);
    const questions = join(folder, "medicine.jsonl");
    const rows = [
      { id: 1, question: "Why?", reference: "ok then" },
      { id: 2, question: "How?" },
      { id: 3, question: "long ".repeat(20), reference: "x" },
    ];
    writeFileSync(questions, rows.map((row) => JSON.stringify(row)).join("\n"));
    const out = join(folder, "out");
    const options = { model: made.directory, questions: [questions], sayTokens: 8 };
    const { result } = await runStage(responsesStage, options, out);
    const { sources, judge } = result as { judge: string; sources: Record<string, ResponseFigures> };
    expect(judge).toBe("none");
    expect(sources["medicine.jsonl"]).toMatchObject({ asked: 3, tooLong: 1, referencesBeyondContext: 1, judged: {} });
    const lines = readText(join(out, "responses.jsonl")).trim().split("\n");
    const responses = lines.map((line) => JSON.parse(line) as RatedResponse);
    const prompt = encodePrompt(made.tokenizer, [{ role: "user", content: "Why?" }]);
    const ids = [...prompt, ...Buffer.from("ok then")];
    const losses = referenceLosses(made.config, made.values, ids.slice(0, -1), ids.slice(1));
    const expected = -losses.slice(prompt.length - 1).reduce((a, b) => a + b, 0) / 7;
    expect(responses[0].referenceLogLikelihood).toBeCloseTo(expected, 4);
    expect(responses[1].referenceLogLikelihood).toBeNull();
  });

  it("gives each of several questions of one id its own likelihood", async () => {
    const folder = temporaryFolder();
    const { directory: model } = await syntheticModel(folder);
    const ask = async (name: string, rows: object[]) => {
      const questions = [join(folder, `${name}.jsonl`)];
      writeFileSync(questions[0], rows.map((row) => JSON.stringify(row)).join("\n"));
      const out = join(folder, name);
      await runStage(responsesStage, { model, questions, sayTokens: 4 }, out);
      const lines = readText(join(out, "responses.jsonl")).trim().split("\n");
      return lines.map((line) => JSON.parse(line) as RatedResponse);
    };
    const rows = [
      { id: "gout", question: "Why?", reference: "ok then" },
      { id: "gout", question: "How?" },
      { id: "gout", question: "When?", reference: "zz" },
    ];
    const together = await ask("together", rows);
    const alone = await Promise.all(rows.map(async (row, index) => (await ask(`alone${index}`, [row]))[0]));
    const likelihoodsOf = (responses: RatedResponse[]) => responses.map((each) => each.referenceLogLikelihood);
    expect(likelihoodsOf(together)[0]).not.toBeCloseTo(likelihoodsOf(together)[2]!, 3);
    for (const [index, expected] of likelihoodsOf(alone).entries())
      if (expected === null) expect(together[index].referenceLogLikelihood).toBeNull();
      else expect(together[index].referenceLogLikelihood).toBeCloseTo(expected, 5);
    expect(together.map(({ id }) => id)).toEqual(["gout", "gout#2", "gout#3"].map((id) => `together.jsonl:${id}`));
  });

  it("does not ask what stands in the pretraining text", async () => {
    const folder = temporaryFolder();
    const { directory: model } = await syntheticModel(folder);
    const write = (name: string, rows: object[]) => {
      writeFileSync(join(folder, name), rows.map((row) => JSON.stringify(row)).join("\n"));
      return [join(folder, name)];
    };
    const questions = write("q.jsonl", [
      { question: "Why?", reference: "so" },
      { question: "How?", reference: "thus" },
    ]);
    const text = write("text.jsonl", [{ id: "d", text: "He said: why? So." }]);
    const ask = (more: object, name: string) =>
      runStage(responsesStage, { model, questions, sayTokens: 4, text, ...more }, join(folder, name));
    const { result } = await ask({}, "out");
    expect(result).toMatchObject({
      pretrainedOn: { questions: 2, found: { "q.jsonl": 1 } },
      sources: { "q.jsonl": { asked: 1 } },
    });
    const known = write("known.jsonl", [{ question: "Why?", reference: "so" }]);
    await expect(ask({ questions: known }, "none")).rejects.toThrow(/Every question stands in the pretraining text/);
  });
});
