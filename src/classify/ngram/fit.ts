/**
 * @file Fitting the weights of rows: L2 logistic regression on the average row of a sentence, by L-BFGS.
 *
 * A sentence's logit is the mean over all rows of its words, plus a bias. A word's rows are summed once per step, however often
 * the word occurs, and the gradient comes back the same way: a pass costs one addition a word of text and one a row of a
 * distinct word. All sums are double, and their order is fixed.
 */
import { minimise } from "../lbfgs.js";
import { sigmoid } from "../loss.js";
import type { WordRows } from "./rows.js";
import type { Sentences } from "./sentences.js";

export interface FitOptions {
  /** Weight of the penalty, as in strength/2 |v|^2 + sum of logloss, v before scaling. */
  strength: number;
  /** 1 for words that are taken out of every sentence, by number. */
  isBlank: Uint8Array;
  /** Instead of the sentences' own, 1 = forget. */
  labels?: Uint8Array;
}

export interface NgramFit {
  /** Weight of each column, before scaling, then the bias. */
  unknowns: Float64Array;
  iterations: number;
}

/** Of what the expected decrease is measured by: far below what changes a stored score. */
const TOLERANCE = 1e-7;
const MAX_ITERATIONS = 200;

export function fitSentences(
  { words, offsets, labels: own }: Sentences,
  rows: WordRows,
  options: FitOptions,
): NgramFit {
  const { strength, isBlank, labels = own } = options;
  const columns = rows.scale.length;
  const counted = rowCounts({ words, offsets }, rows, isBlank);
  const used = counted.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const sums = new Float64Array(isBlank.length);
  const slopes = new Float64Array(isBlank.length);
  const objective = (x: Float64Array, gradient: Float64Array) => {
    wordSums(rows, x, isBlank, sums);
    slopes.fill(0);
    gradient.fill(0);
    let loss = 0;
    for (let sentence = 0; sentence < labels.length; sentence++) {
      if (counted[sentence] === 0) continue;
      const [from, to] = [offsets[sentence], offsets[sentence + 1]];
      let logit = 0;
      for (let k = from; k < to; k++) logit += sums[words[k]];
      logit = logit / counted[sentence] + x[columns];
      loss += Math.max(logit, 0) - labels[sentence] * logit + Math.log1p(Math.exp(-Math.abs(logit)));
      const difference = (sigmoid(logit) - labels[sentence]) / used;
      gradient[columns] += difference;
      const share = difference / counted[sentence];
      for (let k = from; k < to; k++) slopes[words[k]] += share;
    }
    for (let word = 0; word < slopes.length; word++) {
      if (isBlank[word] === 1 || slopes[word] === 0) continue;
      for (let c = rows.offsets[word]; c < rows.offsets[word + 1]; c++) gradient[rows.columns[c]] += slopes[word];
    }
    let square = 0;
    for (let column = 0; column < columns; column++) {
      square += x[column] * x[column];
      gradient[column] = gradient[column] * rows.scale[column] + (strength / used) * x[column];
    }
    return loss / used + (strength / used / 2) * square;
  };
  const { x, iterations } = minimise(objective, startingAt(labels, columns), {
    tolerance: TOLERANCE,
    maxIterations: MAX_ITERATIONS,
  });
  return { unknowns: x, iterations };
}

function startingAt(labels: Uint8Array, columns: number): Float64Array {
  const forget = labels.reduce((sum, label) => sum + label, 0);
  const start = new Float64Array(columns + 1);
  start[columns] = Math.log((forget + 1) / (labels.length - forget + 1));
  return start;
}

/** Rows of each sentence, blank words left out. */
function rowCounts({ words, offsets }: Pick<Sentences, "words" | "offsets">, rows: WordRows, isBlank: Uint8Array) {
  return Uint32Array.from({ length: offsets.length - 1 }, (_, sentence) => {
    let count = 0;
    for (let k = offsets[sentence]; k < offsets[sentence + 1]; k++)
      if (isBlank[words[k]] === 0) count += rows.offsets[words[k] + 1] - rows.offsets[words[k]];
    return count;
  });
}

/** Sum of each word's weighted rows into `sums`; zero for blank words. */
function wordSums(rows: WordRows, x: Float64Array, isBlank: Uint8Array, sums: Float64Array): void {
  for (let word = 0; word < sums.length; word++) {
    let sum = 0;
    if (isBlank[word] === 0)
      for (let c = rows.offsets[word]; c < rows.offsets[word + 1]; c++)
        sum += x[rows.columns[c]] * rows.scale[rows.columns[c]];
    sums[word] = sum;
  }
}
