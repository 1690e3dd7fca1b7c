import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { PACKAGE_ROOT } from "../../base/package.js";
import { readDomain } from "../domain.js";
import { judgeAll } from "../judge.js";
import { countCauses, readAnswer, schemaFor, VerdictAnswer } from "./answers.js";
import { explainLatents } from "./explain.js";
import { llmJudge } from "./judge.js";
import { withScore } from "./latents.js";
import { materialOf, syntheticLatent, syntheticLlm, verdict } from "./testing/synthetic.js";

const domain = readDomain(join(PACKAGE_ROOT, "domains/medicine.json"));
const answerOf = (text: string, stop: "end" | "length" | "refusal" = "end") => ({
  answer: { text, stop, usage: { inputTokens: 0, outputTokens: 0 } },
});

describe("answers", () => {
  it("that are refusals, cut off or failures are unknown, each by its cause, even when they read like a verdict", () => {
    const outcomes = [answerOf(verdict("no"), "refusal"), answerOf(verdict("no"), "length"), { failure: "500" }];
    const causes = outcomes
      .map((outcome) => readAnswer(outcome, VerdictAnswer))
      .map((read) => "unknown" in read && read.unknown);
    expect(causes).toEqual(["refusal", "truncated", "api error"]);
  });

  it("have a schema that endpoints take: closed objects without number limits", () => {
    const schema = schemaFor(VerdictAnswer.schema);
    expect(schema).toMatchObject({
      type: "object",
      additionalProperties: false,
      required: ["verdict", "confidence", "reason"],
    });
    expect(JSON.stringify(schema)).not.toMatch(/minimum|maximum|maxLength|\$schema/);
    expect(JSON.stringify(schemaFor(z.strictObject({ minimum: z.string() })))).toContain("minimum");
  });
});

describe("judging by a model", () => {
  const latents = ["fever", "river", "vague", "refused", "cut", "broken", "down", "nonsense"].map((word, index) =>
    syntheticLatent(index, word),
  );
  const REPLIES: Record<string, { text: string; stop?: string; refusal?: string }> = {
    fever: { text: verdict("yes") },
    river: { text: verdict("no", 0.7) },
    vague: { text: verdict("unsure") },
    refused: { text: "", refusal: "I would rather not" },
    cut: { text: '{"verdict": "n', stop: "length" },
    broken: { text: "It is a no." },
    nonsense: { text: '{"verdict":"no or yes"}' },
  };
  const wordOf = (user: string) =>
    materialOf(user)
      .map(({ active }) => active)
      .find(Boolean) as string;

  it("counts what it does not know by cause, never as no", async () => {
    const { llm, fake } = await syntheticLlm({
      reply: (user) => REPLIES[wordOf(user)],
      fault: (user) => (wordOf(user) === "down" ? { status: 500 } : undefined),
    });
    const judge = llmJudge(llm, { domain, from: "contexts", minContexts: 5 });
    const judgements = await judgeAll(judge, [...latents, syntheticLatent(9, "rare", 3)]);
    expect(judgements.map((judgement) => judgement.verdict)).toEqual([
      ...["forget", "retain", "unknown", "unknown", "unknown", "unknown", "unknown", "unknown", "unknown"],
    ]);
    expect(judgements[1]).toMatchObject({ confidence: 0.7, reason: "synthetic" });
    expect(countCauses(judgements.map(({ cause }) => cause))).toEqual({
      ...{ refusal: 1, truncated: 1, malformed: 2, "api error": 1, unsure: 1, "too few contexts": 1 },
    });
    // The answer that was cut was asked for once more, with more room.
    expect([...fake.paid].map(([user, times]) => [wordOf(user), times]).filter(([, times]) => times !== 1)).toEqual([
      ["cut", 2],
    ]);
  });

  it("shows contexts, an explanation, or both, as it is told", async () => {
    const { llm } = await syntheticLlm({
      reply: (user) => ({ text: user.includes('"active"') ? '{"explanation":"the word fever"}' : verdict("yes") }),
    });
    const [explanation] = await explainLatents(llm, latents.slice(0, 1), 5);
    expect(explanation).toEqual({ explanation: "the word fever" });
    const seen = await syntheticLlm({
      reply: (user) => {
        const material = materialOf(user);
        const kinds = [material.some((item) => "explanation" in item), material.some((item) => "active" in item)];
        return { text: JSON.stringify({ verdict: "yes", confidence: 1, reason: kinds.join() }) };
      },
    });
    const explanations = new Map([[0, explanation]]);
    for (const [from, expected] of [
      ["contexts", "false,true"],
      ["explanation", "true,false"],
      ["both", "true,true"],
    ] as const) {
      const judge = llmJudge(seen.llm, { domain, from, minContexts: 5, explanations });
      expect((await judge.judge(latents[0])).reason).toBe(expected);
    }
  });

  it("does not judge by an explanation that was not given", async () => {
    const { llm } = await syntheticLlm({ reply: () => ({ text: "no idea" }) });
    const judge = llmJudge(llm, { domain, from: "explanation", minContexts: 5 });
    expect(await judge.judge(latents[0])).toMatchObject({ verdict: "unknown", cause: "no explanation" });
  });

  it("explains from half the contexts only: the other half tests the explanation", async () => {
    let shown = 0;
    const { llm } = await syntheticLlm({
      reply: (user) => {
        shown = materialOf(user).length;
        return { text: '{"explanation":"x"}' };
      },
    });
    await explainLatents(llm, [syntheticLatent(0, "a", 21)], 5);
    expect(shown).toBe(11);
  });
});

describe("scores of explanations", () => {
  const kept = { verdict: "forget", confidence: 0.8, reason: "r" } as const;
  it("reject at 0.899 and keep at 0.900", () => {
    expect(withScore(kept, { score: 0.899 }, 0.9).verdict).toBe("retain");
    expect(withScore(kept, { score: 0.9 }, 0.9)).toEqual(kept);
  });
  it("that are not known leave the latent unknown; other verdicts stand", () => {
    expect(withScore(kept, { unknown: "refusal", detail: "" }, 0.9)).toMatchObject({
      verdict: "unknown",
      cause: "no score",
    });
    expect(withScore({ ...kept, verdict: "retain" }, { score: 0 }, 0.9).verdict).toBe("retain");
    expect(withScore(kept, undefined, 0.9)).toEqual(kept);
  });
});
