/** @file Explanations: what a latent responds to, in a model's words, from half of its contexts. Of no domain. */
import type { LatentEvidence } from "../judge.js";
import { ExplanationAnswer, type Unknown } from "./answers.js";
import { askEach, type Llm, type Question } from "./ask.js";
import { partContexts, shownContexts } from "./contexts.js";
import { fenced } from "./prompts.js";

export type Explanation = { explanation: string } | Unknown;

export function explainQuestion(evidence: LatentEvidence): Question {
  return { name: "explain", material: fenced(shownContexts(partContexts(evidence).explaining)) };
}

/** Explains latents; one with fewer than `minContexts` contexts to explain it by is left unknown, unasked. */
export async function explainLatents(
  llm: Llm,
  evidence: readonly LatentEvidence[],
  minContexts: number,
  onProgress?: (done: number) => void,
): Promise<Explanation[]> {
  const toQuestion = (item: LatentEvidence): Question | Unknown =>
    item.contexts.length < minContexts
      ? { unknown: "too few contexts", detail: `only ${item.contexts.length} contexts` }
      : explainQuestion(item);
  const answers = await askEach(llm, evidence, toQuestion, ExplanationAnswer, onProgress);
  return answers.map((answer) => ("value" in answer ? answer.value : answer));
}
