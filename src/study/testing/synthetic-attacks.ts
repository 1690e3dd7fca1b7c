/** @file SYNTHETIC attacks: invented numbers in the shape of real ones, for tests. Nothing here was measured. */
import type { AttackRun } from "../../evaluate/index.js";
import type { UnlearnFile } from "../../train/index.js";
import type { AttackFacts } from "../robustness/analyse.js";

const PRETRAINING_TOKENS = 1_000_000;

/** A run that halves its distance to the target at each measurement until it recovers, or ends at the cap. */
function syntheticRun(seed: number, tokens: number, censored: boolean): AttackRun {
  const point = (share: number, loss: number) => ({ step: Math.round(100 * share), tokens: share * tokens, loss });
  const curve = [point(0, 6), point(0.25, 5.5), point(0.5, 5), point(1, censored ? 4.6 : 4.5)];
  return { lr: 0.004, seed, curve, tokens, censored, ended: censored ? "cap" : "recovered" };
}

const UNLEARNED = ["rmu", "circuit-breaker", "gradient-ascent"] as const;

const unlearning: UnlearnFile = {
  ...{ method: "rmu", retainBudget: 0.1, layer: 1, stateNorm: 2.5, coefficient: 20, trainable: [] },
  before: { step: 0, forget: 4.5, retain: 4.6 },
  settings: [],
  chosen: { step: 30, lr: 0.001, forget: 5.2, retain: 4.69 },
};

/** One attacked model with the given tokens to recover, one per seed; none when nothing had been lost. */
export function syntheticAttack(
  arm: string,
  parameters: number,
  tokens: readonly number[],
  { censored = false, initialLoss = 6, layer = 1 } = {},
): AttackFacts {
  const method = UNLEARNED.find((name) => name === arm);
  const runs = tokens.map((count, index) => syntheticRun(index + 1, count, censored));
  const size = `${Math.round(parameters / 1000)}x1`;
  const attack = { target: 4.5, initialLoss, lr: runs.length > 0 ? 0.004 : null, sweep: runs.slice(0, 1), runs };
  return {
    ...{ arm, size, parameters, unlearning: method ? { ...unlearning, method, layer } : null },
    attack: { ...attack, pretrainingTokens: PRETRAINING_TOKENS, cap: 200_000, trainTokens: 50_000 },
  };
}

/** Recovery needs e^(seed - 2) times what is given: a spread of variance 1 in logarithms. */
export const threeSeeds = (tokens: number) => [-1, 0, 1].map((power) => tokens * Math.exp(power));

/** Three sizes; masking's gap over RMU is 2, 4, 8, removal is censored at the largest. */
export const SYNTHETIC_ATTACKS = [1e5, 1e6, 1e7].flatMap((parameters, index) => [
  syntheticAttack("rmu", parameters, threeSeeds(1000)),
  syntheticAttack("document", parameters, threeSeeds(1000)),
  syntheticAttack("mask", parameters, threeSeeds(2000 * 2 ** index)),
  syntheticAttack("remove", parameters, index === 2 ? [200_000, 200_000, 200_000] : threeSeeds(8000), {
    censored: index === 2,
  }),
]);
