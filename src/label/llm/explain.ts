/** @file Explanations: what a latent responds to, in a model's words, from half of its contexts. Of no domain. */
import type { LatentEvidence } from "../judge.js";
import { ExplanationAnswer, type Unknown } from "./answers.js";
import { askAll, type Llm, type Question } from "./ask.js";
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
  const isShort = (item: LatentEvidence) => item.contexts.length < minContexts;
  const asked = evidence.filter((item) => !isShort(item));
  const answers = await askAll(llm, asked.map(explainQuestion), ExplanationAnswer, onProgress);
  const next = answers.values();
  return evidence.map((item): Explanation => {
    if (isShort(item)) return { unknown: "too few contexts", detail: `only ${item.contexts.length} contexts` };
    const answer = next.next().value!;
    return "value" in answer ? answer.value : answer;
  });
}
