/**
 * @file Judging all latents of an SAE, as the label stage does: by the lexicon or by a language model, with explanations
 * and their scores where they are wanted.
 *
 * What costs is asked last and for few: explanations only where someone reads them, scores only of latents that would
 * be kept.
 */
import { UserError } from "../../base/errors.js";
import type { Progress } from "../../base/progress.js";
import { dollars } from "../../llm/index.js";
import type { Domain } from "../domain.js";
import { type Judgement, judgeAll, type LatentEvidence, lexiconJudge } from "../judge.js";
import type { SilentWindows } from "../silent.js";
import { countCauses, VerdictAnswer } from "./answers.js";
import { callOf, type Llm } from "./ask.js";
import { type Explanation, explainLatents } from "./explain.js";
import { llmJudge, prepare } from "./judge.js";
import { openEmbedder, openLlm } from "./open.js";
import type { JudgeOptions } from "./options.js";
import { isTrusted, type Score, type ScoreOptions, scoreByDetection, scoreByEmbedding } from "./score.js";

/** What is known of a latent besides its verdict. */
export interface LatentDetail {
  explanation?: string;
  score?: number;
}

export interface JudgedLatents {
  judgements: Judgement[];
  details: LatentDetail[];
  /** For the manifest: who judged, what stayed unknown and why, what it cost. */
  report: Record<string, unknown>;
}

export interface LatentsToJudge {
  evidence: LatentEvidence[];
  domain: Domain;
  /** Share of random windows with a lexicon term. */
  baseRate: number;
  silent: SilentWindows;
  /** Explanations there are already, by latent; these are not asked for. */
  explanations?: ReadonlyMap<number, string>;
  /** By latent, what explanations are tested on, where that is not the evidence: passages as `silent` draws them. */
  tested?: readonly LatentEvidence[];
}

type Options = JudgeOptions & { minShare: number; minContexts: number; seed: number };

/** Judges latents. @throws UserError when the cap is reached or the endpoint does not work; answers are kept */
export async function judgeLatents(work: LatentsToJudge, options: Options, progress: Progress): Promise<JudgedLatents> {
  const { evidence, domain, baseRate } = work;
  if (options.judge !== "lexicon") return judgeByModel(work, options, progress);
  if (options.score !== "none")
    throw new UserError(
      `--score ${options.score} tests a model's explanations: give --judge anthropic or openai as well.`,
    );
  const judgements = await judgeAll(lexiconJudge(domain, { ...options, baseRate }), evidence);
  const causes = countCauses(judgements.map(({ cause }) => cause));
  const details = evidence.map(({ latent }) => detailOf(givenExplanation(work, latent), undefined));
  return { judgements, details, report: { judge: "lexicon", baseRate, causes } };
}

async function judgeByModel(work: LatentsToJudge, options: Options, progress: Progress): Promise<JudgedLatents> {
  const { evidence, domain, silent } = work;
  const { judgeFrom: from, minContexts, minScore } = options;
  const { llm, ledger } = await openLlm(options);
  const told = (what: string, total: number) => (done: number) =>
    progress({ done, total, unit: "latents", detail: `${what}, ${dollars(llm.asker.spent().dollars)} so far` });
  try {
    const explanations = new Map<number, Explanation>();
    for (const latent of work.explanations?.keys() ?? []) explanations.set(latent, givenExplanation(work, latent)!);
    const explain = async (all: LatentEvidence[]) => {
      const latents = all.filter(({ latent }) => !explanations.has(latent));
      const made = await explainLatents(llm, latents, minContexts, told("explaining", latents.length));
      for (const [index, { latent }] of latents.entries()) explanations.set(latent, made[index]);
    };
    if (from !== "contexts") await explain(evidence);
    const judge = llmJudge(llm, { domain, from, minContexts, explanations });
    const estimated = estimateText(llm, work, options, explanations);
    progress({ done: 0, total: evidence.length, unit: "latents", detail: `judging: ${estimated}` });
    const verdicts = await judge.judgeMany(evidence, told("judging", evidence.length));

    const scores = new Map<number, Score>();
    if (options.score !== "none") {
      const kept = (work.tested ?? evidence).filter((_, index) => verdicts[index].verdict === "forget");
      if (from === "contexts") await explain(kept);
      const scoring = {
        seed: options.seed,
        passages: 10,
        silent: (latent, count) => silent.contexts(latent, count),
      } satisfies ScoreOptions;
      const onScored = told("scoring explanations", kept.length);
      const made =
        options.score === "detection"
          ? await scoreByDetection(llm, kept, explanations, scoring, onScored)
          : await scoreByEmbedding({ ...llm, ...openEmbedder(options) }, kept, explanations, scoring, onScored);
      for (const [index, { latent }] of kept.entries()) scores.set(latent, made[index]);
    }
    const judgements = evidence.map(({ latent }, index) => withScore(verdicts[index], scores.get(latent), minScore));
    return {
      judgements,
      details: evidence.map(({ latent }) => detailOf(explanations.get(latent), scores.get(latent))),
      report: {
        ...{ judge: judge.name, from, prompts: llm.prompts.hash, score: options.score },
        causes: countCauses(judgements.map(({ cause }) => cause)),
        cost: costReport(llm),
      },
    };
  } finally {
    await ledger.close();
  }
}

function estimateText(
  llm: Llm,
  { evidence, domain }: LatentsToJudge,
  { judgeFrom: from, minContexts, maxCost }: Options,
  explanations: ReadonlyMap<number, Explanation>,
): string {
  function* calls() {
    for (const item of evidence) {
      const question = prepare(item, explanations.get(item.latent), { domain, from, minContexts });
      if ("name" in question) yield callOf(llm, question, VerdictAnswer);
    }
  }
  const { calls: count, known, dollars: likely } = llm.asker.estimate(calls());
  return `${count - known} questions, about ${dollars(likely)}, cap ${dollars(maxCost)}`;
}

/** A latent is kept only if its explanation scores enough; one whose score is not known is not known either. */
export function withScore(judgement: Judgement, score: Score | undefined, minScore: number): Judgement {
  if (judgement.verdict !== "forget" || score === undefined) return judgement;
  if ("unknown" in score)
    return {
      verdict: "unknown",
      confidence: 0,
      reason: `no score (${score.unknown}): ${score.detail}`,
      cause: "no score",
    };
  if (isTrusted(score.score, minScore)) return judgement;
  const reason = `its explanation scores ${Number(score.score.toPrecision(3))}, less than ${minScore}; ${judgement.reason}`;
  return { verdict: "retain", confidence: judgement.confidence, reason };
}

function givenExplanation({ explanations }: LatentsToJudge, latent: number): Explanation | undefined {
  const explanation = explanations?.get(latent);
  return explanation === undefined ? undefined : { explanation };
}

function detailOf(explanation: Explanation | undefined, score: Score | undefined): LatentDetail {
  return {
    ...(explanation && "explanation" in explanation ? explanation : {}),
    ...(score && "score" in score ? { score: score.score } : {}),
  };
}

/** Dollars to a millionth: sums of many small numbers differ in their last digits with the order they came in. */
export function costReport({ asker }: Llm) {
  const { dollars: spent, perhapsLost, ...counts } = asker.spent();
  const rounded = (value: number) => Math.round(1e6 * value) / 1e6;
  return { ...counts, dollars: rounded(spent), perhapsLost: rounded(perhapsLost) };
}
