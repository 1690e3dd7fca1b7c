/**
 * @file From log-likelihoods to figures: accuracies beside chance, and margins of the right choice.
 *
 * Accuracy counts the best-scored choice; of equals the first, so a model that knows nothing gains nothing by ties.
 * Cloze scores are taken as they are (acc), per byte of the choice (acc_norm), and against the choice's likelihood
 * without the question (acc_pmi). At small sizes accuracy sits near chance; the margin of the right choice moves first.
 */
import { type Figure, meanOf, rate } from "../statistics.js";
import type { Answered } from "./answers.js";

/** A number per question. */
export const MEASURES = {
  "letter accuracy": ({ letter, answer }: Answered) => letter && hit(letter, answer),
  "letter margin": ({ letter, answer }: Answered) => letter && marginOfBest(letter, answer),
  "letter margin to mean": ({ letter, answer }: Answered) => letter && marginOfMean(letter, answer),
  "cloze accuracy": ({ cloze, answer }: Answered) => cloze && hit(cloze, answer),
  "cloze accuracy per byte": (answered: Answered) => answered.cloze && hit(perByte(answered), answered.answer),
  "cloze accuracy over prior": (answered: Answered) => answered.prior && hit(overPrior(answered), answered.answer),
  "cloze margin per byte": (answered: Answered) => answered.cloze && marginOfBest(perByte(answered), answered.answer),
  "cloze margin over prior": (answered: Answered) =>
    answered.prior && marginOfBest(overPrior(answered), answered.answer),
  "cloze margin over prior to mean": (answered: Answered) =>
    answered.prior && marginOfMean(overPrior(answered), answered.answer),
} satisfies Record<string, (answered: Answered) => number | undefined>;
export type MeasureName = keyof typeof MEASURES;
export const MEASURE_NAMES = Object.keys(MEASURES) as MeasureName[];

const isAccuracy = (name: MeasureName) => name.includes("accuracy");

/** Index of the highest score, the first of equals. */
export function bestOf(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

const hit = (scores: readonly number[], answer: number) => Number(bestOf(scores) === answer);

const perByte = ({ cloze, bytes }: Answered) => cloze!.map((score, index) => score / bytes[index]);
const overPrior = ({ cloze, prior }: Answered) => cloze!.map((score, index) => score - prior![index]);

/** Right choice less the best wrong one. */
function marginOfBest(scores: readonly number[], answer: number): number {
  return scores[answer] - Math.max(...scores.filter((_, index) => index !== answer));
}

/** Right choice less the mean of the wrong ones. */
function marginOfMean(scores: readonly number[], answer: number): number {
  const wrong = scores.filter((_, index) => index !== answer);
  return scores[answer] - wrong.reduce((sum, score) => sum + score, 0) / wrong.length;
}

export interface GroupSummary {
  /** Questions in the figures. */
  questions: number;
  /** Left out of them. */
  contaminated: number;
  /** In them, though longer than the model's context. */
  beyondContext: number;
  /** Accuracy of guessing; null without questions. */
  chance: number | null;
  measures: Partial<Record<MeasureName, Figure>>;
}

/** Figures of each group, groups sorted by name. */
export function summarise(answers: readonly Answered[]): Record<string, GroupSummary> {
  const groups = [...new Set(answers.map(({ group }) => group))].sort();
  return Object.fromEntries(groups.map((name) => [name, summary(answers.filter(({ group }) => group === name))]));
}

function summary(all: readonly Answered[]): GroupSummary {
  const counted = all.filter(({ contaminated }) => !contaminated);
  const measures: GroupSummary["measures"] = {};
  for (const name of MEASURE_NAMES) {
    const values = counted.map(MEASURES[name]).filter((value) => value !== undefined);
    const figure = isAccuracy(name)
      ? rate(
          values.reduce((a, b) => a + b, 0),
          values.length,
        )
      : meanOf(values);
    if (figure) measures[name] = figure;
  }
  return {
    questions: counted.length,
    contaminated: all.length - counted.length,
    beyondContext: counted.filter(({ beyondContext }) => beyondContext).length,
    chance:
      counted.length === 0 ? null : counted.reduce((sum, { bytes }) => sum + 1 / bytes.length, 0) / counted.length,
    measures,
  };
}
