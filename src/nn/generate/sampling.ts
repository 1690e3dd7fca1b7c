/**
 * @file From logits to the next token: temperature, then the nucleus (top-p), then one draw.
 *
 * In double precision. At temperature 0 the likeliest token is taken, of equals the one with the lowest id.
 */
import type { Random } from "../../base/random.js";

export interface Sampling {
  /** Divides the logits; 0 takes the likeliest token always. */
  temperature: number;
  /** Mass of the nucleus in (0, 1]: the fewest likeliest tokens that hold at least so much are drawn from. */
  topP: number;
}

/** Tokens that may be drawn, likeliest first, and their probabilities, which sum to 1. */
export interface Nucleus {
  ids: Uint32Array;
  probabilities: Float64Array;
}

/** Id of the largest logit. @param banned - ids that are never chosen */
export function likeliest(logits: Float32Array, banned: ReadonlySet<number>): number {
  let best = -1;
  for (let id = 0; id < logits.length; id++) if ((best < 0 || logits[id] > logits[best]) && !banned.has(id)) best = id;
  return best;
}

/** Weights proportional to probabilities at a temperature above 0, the likeliest 1; 0 where banned. */
function weigh(logits: Float32Array, temperature: number, banned: ReadonlySet<number>) {
  const top = logits[likeliest(logits, banned)];
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let id = 0; id < logits.length; id++) weights[id] = Math.exp((logits[id] - top) / temperature);
  for (const id of banned) weights[id] = 0;
  for (let id = 0; id < weights.length; id++) total += weights[id];
  return { weights, total };
}

/** The tokens top-p leaves. */
export function nucleus(logits: Float32Array, { temperature, topP }: Sampling, banned: ReadonlySet<number>): Nucleus {
  const { weights, total } = weigh(logits, temperature, banned);
  const order = new Uint32Array(weights.length);
  for (let id = 0; id < order.length; id++) order[id] = id;
  order.sort((a, b) => weights[b] - weights[a] || a - b);
  let kept = 1;
  let mass = weights[order[0]];
  while (mass < topP * total && weights[order[kept]] > 0) mass += weights[order[kept++]];
  const ids = order.slice(0, kept);
  return { ids, probabilities: Float64Array.from(ids, (id) => weights[id] / mass) };
}

/** Draws the next token. */
export function sample(logits: Float32Array, sampling: Sampling, banned: ReadonlySet<number>, rng: Random): number {
  if (sampling.temperature === 0) return likeliest(logits, banned);
  if (sampling.topP === 1) {
    // Everything is in the nucleus: no need to sort.
    const { weights, total } = weigh(logits, sampling.temperature, banned);
    return drawn(weights, total * rng.uniform());
  }
  const { ids, probabilities } = nucleus(logits, sampling, banned);
  return ids[drawn(probabilities, rng.uniform())];
}

/** The index at which the running sum of weights passes a point; rounding at the end falls to the last weight above 0. */
function drawn(weights: Float64Array, point: number): number {
  let last = 0;
  for (let index = 0; index < weights.length; index++) {
    if (weights[index] === 0) continue;
    last = index;
    point -= weights[index];
    if (point < 0) break;
  }
  return last;
}
