/**
 * @file Rates and means with their uncertainty, and tests between models that answered the same questions.
 *
 * Questions are what is sampled: an interval says how much the figure would move with other questions of the kind, not
 * with another training seed.
 */
import { random } from "../base/random.js";

/** A figure with its standard error and 95 % interval. */
export interface Figure {
  value: number;
  standardError: number;
  low: number;
  high: number;
  /** Questions it is taken over. */
  count: number;
}

const Z = 1.959963984540054;

/** A share of successes: standard error sqrt(p (1 - p) / n), Wilson's interval. Null of nothing. */
export function rate(successes: number, count: number): Figure | null {
  if (count === 0) return null;
  const value = successes / count;
  const centre = (value + Z ** 2 / (2 * count)) / (1 + Z ** 2 / count);
  const half = (Z / (1 + Z ** 2 / count)) * Math.sqrt((value * (1 - value)) / count + Z ** 2 / (4 * count ** 2));
  return {
    ...{ value, standardError: Math.sqrt((value * (1 - value)) / count) },
    // At 0 and 1 the interval begins and ends there exactly.
    ...{ low: Math.max(0, Math.min(value, centre - half)), high: Math.min(1, Math.max(value, centre + half)), count },
  };
}

/** A mean: standard error sd / sqrt(n), normal interval. Null of fewer than two values. */
export function meanOf(values: ArrayLike<number>): Figure | null {
  const count = values.length;
  if (count < 2) return null;
  const { mean, variance } = moments(values);
  const standardError = Math.sqrt(variance / count);
  return { value: mean, standardError, low: mean - Z * standardError, high: mean + Z * standardError, count };
}

/** 0.975 quantiles of Student's t for 1 to 10 degrees of freedom. */
const FEW = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/** 0.975 quantile of Student's t; beyond ten degrees of freedom by expansion about the normal, to 2e-4. */
export function studentT(freedom: number): number {
  if (freedom <= FEW.length) return FEW[freedom - 1];
  const z = 1.959964;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}

/** Mean and unbiased variance. */
function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
  return { mean, variance: squares / (values.length - 1) };
}

export interface Test extends Figure {
  /** Two-sided: the chance of a value at least as far from 0 if there were no difference. */
  p: number;
}

/**
 * Whether paired differences are centred at 0: a sign-flip permutation test on their mean.
 *
 * @param permutations - p is at least 1 / (permutations + 1)
 * @returns null of fewer than two differences
 */
export function pairedTest(differences: ArrayLike<number>, seed: number, permutations = 9999): Test | null {
  const figure = meanOf(differences);
  if (!figure) return null;
  const draw = random(seed, "sign flips");
  const total = Math.abs(figure.value * differences.length);
  let asFar = 0;
  for (let round = 0; round < permutations; round++) {
    let sum = 0;
    for (let i = 0; i < differences.length; ) {
      // 30 signs of one draw.
      let bits = draw.integer(2 ** 30);
      for (let k = 0; k < 30 && i < differences.length; k++, i++, bits >>>= 1)
        sum += bits & 1 ? differences[i] : -differences[i];
    }
    // Sums in another order may differ in the last bits.
    if (Math.abs(sum) >= total * (1 - 1e-9)) asFar++;
  }
  return { ...figure, p: (asFar + 1) / (permutations + 1) };
}

/**
 * Whether two sets of differences have one mean: mean(first) - mean(second), with the p of a permutation of the set
 * labels of the standardised difference (Janssen 1997), which holds when their variances differ.
 */
export function differenceTest(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  seed: number,
  permutations = 1999,
): Test | null {
  if (first.length < 2 || second.length < 2) return null;
  const observed = welch(first, second);
  const all = Float64Array.from([...Array.from(first), ...Array.from(second)]);
  const draw = random(seed, "set labels");
  let asFar = 0;
  for (let round = 0; round < permutations; round++) {
    const order = draw.permutation(all.length);
    const shuffled = Float64Array.from(order, (index) => all[index]);
    const { t } = welch(shuffled.subarray(0, first.length), shuffled.subarray(first.length));
    if (Math.abs(t) >= Math.abs(observed.t) * (1 - 1e-9)) asFar++;
  }
  const { value, standardError } = observed;
  return {
    ...{ value, standardError, low: value - Z * standardError, high: value + Z * standardError },
    ...{ count: all.length, p: (asFar + 1) / (permutations + 1) },
  };
}

function welch(first: ArrayLike<number>, second: ArrayLike<number>) {
  const [a, b] = [moments(first), moments(second)];
  const value = a.mean - b.mean;
  const standardError = Math.sqrt(a.variance / first.length + b.variance / second.length);
  return { value, standardError, t: standardError === 0 ? (value === 0 ? 0 : Infinity) : value / standardError };
}
