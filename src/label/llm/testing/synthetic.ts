/** @file Synthetic evidence and a model behind a fake endpoint, for the tests of judging. */
import { onTestFinished } from "vitest";
import { AnswerTally, Asker, openAiProvider, openLedger, priceOf } from "../../../llm/index.js";
import { type FakeOpenAiOptions, fakeOpenAi } from "../../../llm/testing/fake-openai.js";
import { QUICK } from "../../../llm/testing/setup.js";
import { temporaryFolder } from "../../../testing/folder.js";
import type { LatentEvidence } from "../../judge.js";
import type { Llm } from "../ask.js";
import { ANSWER_PROMPTS, PROMPTS, readPrompts } from "../prompts.js";

/** A latent that fires on `word`, in `count` contexts of falling strength. */
export function syntheticLatent(latent: number, word: string, count = 20): LatentEvidence {
  const contexts = Array.from({ length: count }, (_, index) => ({
    ...{ document: index, position: 5, activation: 10 - index / count },
    ...{ before: `context ${index} of the `, token: word, after: ` number ${latent}` },
  }));
  return { latent, mean: 0, sd: 1, frequency: 0.01, contexts };
}

/** A fake endpoint and a model that asks it. The schema is sent; costs are nil. */
export async function syntheticLlm(options: FakeOpenAiOptions, maxUnknown = 1) {
  const fake = await fakeOpenAi(options);
  const provider = openAiProvider({ model: "synthetic", baseUrl: fake.url });
  const ledger = await openLedger(temporaryFolder());
  onTestFinished(() => ledger.close());
  const asker = new Asker(ledger, { ...QUICK, attempts: 2, maxUnknown });
  const llm: Llm = {
    ...{ asker, provider, price: priceOf(provider), prompts: readPrompts(undefined, [...PROMPTS, ...ANSWER_PROMPTS]) },
    ...{ useSchema: true, maxTokens: 200, tally: new AnswerTally("synthetic", maxUnknown) },
  };
  return { llm, fake };
}

/** The values between the fences of a prompt. */
export function materialOf(user: string): Record<string, unknown>[] {
  return user
    .split("\n")
    .slice(1, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export const verdict = (answer: string, confidence = 0.8) =>
  JSON.stringify({ verdict: answer, confidence, reason: "synthetic" });
