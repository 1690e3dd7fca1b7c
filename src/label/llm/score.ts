/**
 * @file Scoring explanations: can one tell, by the explanation alone, where the latent fires?
 *
 * Passages where it fires, held out from the explaining, are mixed with passages where it stays silent. By detection: a
 * model says which are which, and the score is the balanced accuracy. By embedding: passages are ranked by the cosine
 * of their vectors with the explanation's, and the score is the AUROC. Both are 0.5 for a guess and 1 at best.
 */
import { random } from "../../base/random.js";
import { type Call, type Embedder, type Price, similarityCall } from "../../llm/index.js";
import type { LatentContext } from "../contexts.js";
import type { LatentEvidence } from "../judge.js";
import { MatchesAnswer, numbersAnswer, readAnswer, type Unknown } from "./answers.js";
import { askEach, countRead, type Llm, type Question } from "./ask.js";
import { partContexts, plainContext } from "./contexts.js";
import type { Explanation } from "./explain.js";
import { fenced } from "./prompts.js";

export const SCORES = ["none", "detection", "embedding"] as const;

/** The score from which an explanation is trusted (paper 5.1). */
export const MIN_SCORE = 0.9;

/** @param minScore - a score equal to it is enough */
export function isTrusted(score: number, minScore: number): boolean {
  return score >= minScore;
}

export type Score = { score: number; f1?: number } | Unknown;

export interface ScoreOptions {
  seed: number;
  /** Passages of either kind, at most. */
  passages: number;
  /** Random windows of the corpus in which a latent stays silent. */
  silent: (latent: number, count: number) => LatentContext[];
}

/** Passages of one latent's test, shuffled by the seed. */
interface Trial {
  explanation: string;
  passages: { text: string; isActive: boolean }[];
}

/** With fewer passages of a kind nothing is scored. */
const FEWEST = 3;

function trialOf(
  evidence: LatentEvidence,
  explanation: Explanation | undefined,
  options: ScoreOptions,
): Trial | Unknown {
  if (!explanation || "unknown" in explanation)
    return { unknown: "no explanation", detail: explanation ? `${explanation.unknown}: ${explanation.detail}` : "" };
  const draw = random(options.seed, `score ${evidence.latent}`);
  const { testing } = partContexts(evidence);
  const active = Array.from(draw.permutation(testing.length), (index) => testing[index]).slice(0, options.passages);
  const silent = options.silent(evidence.latent, active.length);
  if (active.length < FEWEST || silent.length < FEWEST)
    return { unknown: "too few contexts", detail: `${active.length} active and ${silent.length} silent passages` };
  const all = [
    ...active.map((context) => ({ text: plainContext(context), isActive: true })),
    ...silent.map((context) => ({ text: plainContext(context), isActive: false })),
  ];
  const passages = Array.from(draw.permutation(all.length), (index) => all[index]);
  return { explanation: explanation.explanation, passages };
}

type Explanations = ReadonlyMap<number, Explanation>;

/** Scores by detection. */
export async function scoreByDetection(
  llm: Llm,
  evidence: readonly LatentEvidence[],
  explanations: Explanations,
  options: ScoreOptions,
  onProgress?: (done: number) => void,
): Promise<Score[]> {
  const trials = evidence.map((item) => trialOf(item, explanations.get(item.latent), options));
  const toQuestion = (trial: Trial | Unknown) => ("passages" in trial ? detectQuestion(trial) : trial);
  const answers = await askEach(llm, trials, toQuestion, MatchesAnswer, onProgress);
  return trials.map((trial, index): Score => {
    const answer = answers[index];
    if (!("passages" in trial)) return trial;
    if (!("value" in answer)) return answer;
    const { matches } = answer.value;
    if (matches.some((number) => number < 1 || number > trial.passages.length))
      return { unknown: "malformed", detail: `passage ${matches.join()} of ${trial.passages.length}` };
    return gradeDetection(trial.passages.map(({ isActive }, index) => [isActive, matches.includes(index + 1)]));
  });
}

function detectQuestion({ explanation, passages }: Trial): Question {
  const shown = passages.map(({ text }, index) => ({ number: index + 1, passage: text }));
  return { name: "detect", material: fenced([{ explanation }, ...shown]) };
}

/** Balanced accuracy, and F1, of pairs [is active, was taken]; there must be pairs of both kinds. */
export function gradeDetection(pairs: readonly (readonly [boolean, boolean])[]): { score: number; f1: number } {
  const count = (isActive: boolean, isTaken: boolean) =>
    pairs.filter(([active, taken]) => active === isActive && taken === isTaken).length;
  const [hits, misses, wrong, left] = [count(true, true), count(true, false), count(false, true), count(false, false)];
  const [positives, negatives] = [hits + misses, wrong + left];
  // One division of whole numbers, so that nine of ten is 0.9 and not a little less.
  return {
    score: (hits * negatives + left * positives) / (2 * positives * negatives),
    f1: hits === 0 ? 0 : (2 * hits) / (2 * hits + misses + wrong),
  };
}

/** Scores by embedding. */
export async function scoreByEmbedding(
  { asker, tally, embedder, price }: Pick<Llm, "asker" | "tally"> & { embedder: Embedder; price: Price },
  evidence: readonly LatentEvidence[],
  explanations: Explanations,
  options: ScoreOptions,
  onProgress?: (done: number) => void,
): Promise<Score[]> {
  const trials = evidence.map((item) => trialOf(item, explanations.get(item.latent), options));
  const calls: Call[] = trials.flatMap((trial) => {
    if (!("passages" in trial)) return [];
    const texts = trial.passages.map(({ text }) => text);
    return [similarityCall(embedder, price, trial.explanation, texts)];
  });
  const outcomes = (await asker.ask(calls, onProgress)).values();
  const scores = trials.map((trial): Score => {
    if (!("passages" in trial)) return trial;
    const shape = numbersAnswer(trial.passages.length);
    const cosines = readAnswer(outcomes.next().value!, shape);
    countRead({ tally }, cosines, shape);
    if (!("value" in cosines)) return cosines;
    return {
      score: auroc(
        cosines.value,
        trial.passages.map(({ isActive }) => isActive),
      ),
    };
  });
  tally.check();
  return scores;
}

/** Probability that a random positive ranks above a random negative; ties count half. There must be both. */
export function auroc(values: readonly number[], isPositive: readonly boolean[]): number {
  let [wins, pairs] = [0, 0];
  for (const [i, value] of values.entries()) {
    if (!isPositive[i]) continue;
    for (const [j, other] of values.entries()) {
      if (isPositive[j]) continue;
      wins += value > other ? 2 : value === other ? 1 : 0;
      pairs += 2;
    }
  }
  return wins / pairs;
}
