/**
 * @file Top-up: kept documents repeated to make up for tokens that are no longer trained.
 *
 * Copies are whole passes over a shard, so two copies of a document never stand side by side.
 */
import { random } from "../../base/random.js";
import type { TopUp } from "../policies/types.js";

/** Times a kept document is emitted: once, and `rate` times more on average. Depends on seed and id alone. */
export function copiesOf({ method, rate, seed }: TopUp, id: string): number {
  if (method === "none") return 1;
  const whole = Math.floor(rate);
  const rest = rate - whole;
  return 1 + whole + (rest > 0 && random(seed, `top-up:${id}`).uniform() < rest ? 1 : 0);
}

/** Passes over a shard that emit every copy. */
export function passesOf({ method, rate }: TopUp): number {
  return method === "none" ? 1 : 1 + Math.ceil(rate);
}
