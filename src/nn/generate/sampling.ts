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

/** Tokens that may be drawn and their probabilities, which sum to 1; likeliest first when topP is less than 1. */
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

/** The tokens top-p leaves, at a temperature above 0. */
export function nucleus(logits: Float32Array, { temperature, topP }: Sampling, banned: ReadonlySet<number>): Nucleus {
  const top = logits[likeliest(logits, banned)];
  const weights = Float64Array.from(logits, (logit, id) =>
    banned.has(id) ? 0 : Math.exp((logit - top) / temperature),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let ids = Uint32Array.from(weights.keys()).filter((id) => weights[id] > 0);
  let mass = total;
  if (topP < 1) {
    ids.sort((a, b) => weights[b] - weights[a] || a - b);
    let kept = 1;
    for (mass = weights[ids[0]]; mass < topP * total && kept < ids.length; kept++) mass += weights[ids[kept]];
    ids = ids.slice(0, kept);
  }
  return { ids, probabilities: Float64Array.from(ids, (id) => weights[id] / mass) };
}

/** Draws the next token. */
export function sample(logits: Float32Array, sampling: Sampling, banned: ReadonlySet<number>, rng: Random): number {
  if (sampling.temperature === 0) return likeliest(logits, banned);
  const { ids, probabilities } = nucleus(logits, sampling, banned);
  let left = rng.uniform();
  for (let index = 0; index < ids.length; index++) if ((left -= probabilities[index]) < 0) return ids[index];
  return ids[ids.length - 1];
}
