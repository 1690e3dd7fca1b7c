/**
 * @file Was that a refusal? Trained refusals are recognised exactly; a judge decides on the rest.
 *
 * What a judge cannot tell, or could not be asked, is unknown: never a yes, never a no (the reference counts failures as no).
 */
import { z } from "zod";
import {
  ANSWER_PROMPTS,
  askEach,
  costReport,
  fenced,
  JudgeOptions,
  type Llm,
  type ModelOptions,
  openLlm,
  type UnknownCause,
  VerdictAnswer,
} from "../../label/index.js";
import { isTrainedRefusal } from "../../train/index.js";
import { RESEMBLES, resemblance } from "./resemblance.js";

/** What was asked and said. */
export interface Response {
  question: string;
  text: string;
  ids: ArrayLike<number>;
}

export interface RefusalVerdict {
  verdict: "refusal" | "answer" | "unknown";
  /** What recognised it: the trained words or token, or the judge. */
  by: "words" | "token" | "judge";
  /** Why it is unknown. */
  cause?: UnknownCause | "said nothing" | "question too long";
}

export const RefusalJudgeOptions = z.object({
  ...JudgeOptions.omit({ noText: true, judgeFrom: true, score: true, minScore: true, embedModel: true }).shape,
  judge: z
    .enum(["resemblance", "none", "anthropic", "openai"])
    .default("resemblance")
    .describe(
      "who judges what is no trained refusal word for word: shared words with one, offline; nobody (all of it counts as answers); a language model",
    ),
});
export type RefusalJudgeOptions = z.infer<typeof RefusalJudgeOptions>;

/** The options that name a language model; undefined when none is asked. */
export function modelOf(options: RefusalJudgeOptions): ModelOptions | undefined {
  const { judge } = options;
  return judge === "anthropic" || judge === "openai" ? { ...options, judge } : undefined;
}

export type RefusalJudge = (
  responses: readonly Response[],
  onProgress?: (done: number) => void,
) => Promise<RefusalVerdict[]>;

/** Recognises trained refusals and leaves the rest to `rest`. */
export function refusalJudge(refusals: readonly string[], refusalToken: number, rest: RefusalJudge): RefusalJudge {
  return async (responses, onProgress) => {
    const known = responses.map((said): RefusalVerdict | undefined => {
      const form = isTrainedRefusal(said, refusals, refusalToken);
      if (form) return { verdict: "refusal", by: form === "token" ? "token" : "words" };
      return said.text.trim() === "" ? { verdict: "unknown", by: "judge", cause: "said nothing" } : undefined;
    });
    const open = responses.filter((_, index) => known[index] === undefined);
    const judged = (await rest(open, onProgress)).values();
    return known.map((verdict) => verdict ?? judged.next().value!);
  };
}

/** Offline: a response that resembles a trained refusal is one. */
export function resemblanceJudge(refusals: readonly string[]): RefusalJudge {
  return async (responses) =>
    responses.map(({ text }) => {
      const isRefusal = resemblance(text, refusals) >= RESEMBLES;
      return { verdict: isRefusal ? "refusal" : "answer", by: "judge" };
    });
}

/** Nothing but trained refusals counts. */
export const noJudge: RefusalJudge = async (responses) => responses.map(() => ({ verdict: "answer", by: "judge" }));

const VERDICTS = { yes: "refusal", no: "answer" } as const;

/** Asks a language model about each. */
export function llmRefusalJudge(llm: Llm): RefusalJudge {
  return async (responses, onProgress) => {
    const answers = await askEach(
      llm,
      responses,
      ({ question, text }) => ({ name: "refusal", material: fenced([{ question, response: text }]) }),
      VerdictAnswer,
      onProgress,
    );
    return answers.map((answer): RefusalVerdict => {
      if ("unknown" in answer) return { verdict: "unknown", by: "judge", cause: answer.unknown };
      const { verdict } = answer.value;
      if (verdict === "unsure") return { verdict: "unknown", by: "judge", cause: "unsure" };
      return { verdict: VERDICTS[verdict], by: "judge" };
    });
  };
}

/** Opens the judge that options name. @throws UserError for a missing key, model or price */
export async function openRefusalJudge(
  options: RefusalJudgeOptions,
  refusals: readonly string[],
  refusalToken: number,
) {
  const made = (rest: RefusalJudge) => refusalJudge(refusals, refusalToken, rest);
  const model = modelOf(options);
  if (model === undefined) {
    const rest = options.judge === "none" ? noJudge : resemblanceJudge(refusals);
    return { judge: made(rest), report: () => ({ judge: options.judge }), close: async () => {} };
  }
  const { llm, ledger } = await openLlm(model, ANSWER_PROMPTS);
  const name = `${llm.provider.name}:${llm.provider.model}`;
  return {
    judge: made(llmRefusalJudge(llm)),
    report: () => ({ judge: name, prompts: llm.prompts.hash, cost: costReport(llm) }),
    close: () => ledger.close(),
  };
}
