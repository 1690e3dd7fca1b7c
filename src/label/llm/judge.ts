/**
 * @file The judge that asks a language model: from contexts, from an explanation, or from both.
 *
 * Explanations have proved unreliable on their own; contexts are the default.
 */
import type { Domain } from "../domain.js";
import type { Judge, Judgement, LatentEvidence } from "../judge.js";
import { type Unknown, VerdictAnswer, type VerdictValue } from "./answers.js";
import { askEach, type Llm, type Question } from "./ask.js";
import { shownContexts } from "./contexts.js";
import { type Explanation, explainLatents } from "./explain.js";
import { fenced } from "./prompts.js";

export const JUDGE_FROM = ["contexts", "explanation", "both"] as const;
export type JudgeFrom = (typeof JUDGE_FROM)[number];

export interface LlmJudgeOptions {
  domain: Domain;
  from: JudgeFrom;
  /** With fewer contexts than this nothing is asked. */
  minContexts: number;
  /** Explanations by latent, where they were made already; else the judge makes those it needs. */
  explanations?: ReadonlyMap<number, Explanation>;
}

const VERDICTS = { yes: "forget", no: "retain" } as const;

export function llmJudge(llm: Llm, options: LlmJudgeOptions): Judge & Required<Pick<Judge, "judgeMany">> {
  const judgeMany = async (evidence: readonly LatentEvidence[], onJudged?: (judged: number) => void) => {
    const explanations = await explanationsFor(llm, evidence, options);
    const toQuestion = (item: LatentEvidence) => prepare(item, explanations.get(item.latent), options);
    const answers = await askEach(llm, evidence, toQuestion, VerdictAnswer, onJudged);
    return answers.map((answer) => ("value" in answer ? judgementOf(answer.value) : unknownJudgement(answer)));
  };
  return {
    name: `${llm.provider.name}:${llm.provider.model}`,
    judge: async (evidence) => (await judgeMany([evidence]))[0],
    judgeMany,
  };
}

async function explanationsFor(
  llm: Llm,
  evidence: readonly LatentEvidence[],
  { from, explanations, minContexts }: LlmJudgeOptions,
): Promise<ReadonlyMap<number, Explanation>> {
  if (explanations) return explanations;
  if (from === "contexts") return new Map();
  const made = await explainLatents(llm, evidence, minContexts);
  return new Map(evidence.map(({ latent }, index) => [latent, made[index]]));
}

/** What to ask about a latent, or why not to. Exported for estimates. */
export function prepare(
  { contexts }: LatentEvidence,
  explanation: Explanation | undefined,
  { domain, from, minContexts }: Pick<LlmJudgeOptions, "domain" | "from" | "minContexts">,
): Question | Unknown {
  if (contexts.length < minContexts) return { unknown: "too few contexts", detail: `only ${contexts.length} contexts` };
  if (from === "contexts")
    return { name: "judge", domain, evidence: "evidence-contexts", material: fenced(shownContexts(contexts)) };
  if (!explanation || "unknown" in explanation) {
    const why = explanation ? `${explanation.unknown}: ${explanation.detail}` : "none was made";
    return { unknown: "no explanation", detail: why };
  }
  // The explanation is a model's words about hostile text: it is material like the rest.
  const shown =
    from === "both" ? [{ explanation: explanation.explanation }, ...shownContexts(contexts)] : [explanation];
  return { name: "judge", domain, evidence: `evidence-${from}`, material: fenced(shown) };
}

export function judgementOf({ verdict, confidence, reason }: VerdictValue): Judgement {
  if (verdict === "unsure") return { verdict: "unknown", confidence: 0, reason, cause: "unsure" };
  return { verdict: VERDICTS[verdict], confidence, reason };
}

export function unknownJudgement({ unknown, detail }: Unknown): Judgement {
  return { verdict: "unknown", confidence: 0, reason: detail ? `${unknown}: ${detail}` : unknown, cause: unknown };
}
