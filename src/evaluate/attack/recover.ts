/** @file How many tokens of finetuning bring a capability back (paper 4.3, Fig. 7). */

/** A loss that was measured during finetuning. */
export interface CurvePoint {
  /** Steps taken and tokens trained on before it was measured; 0 is the model before the attack. */
  step: number;
  tokens: number;
  /** Held-out forget text, nats per token. */
  loss: number;
}

export interface Recovery {
  /** Tokens at which the loss first reaches the target; when censored, those after which it still had not. */
  tokens: number;
  censored: boolean;
}

/**
 * Where a curve first reaches a target, by linear interpolation between the measurements around the crossing.
 *
 * @param curve - by rising tokens, at least one point
 * @param target - nats per token: the loss of the unfiltered model of the same size
 */
export function recover(curve: readonly CurvePoint[], target: number): Recovery {
  const after = curve.findIndex(({ loss }) => loss <= target);
  if (after === -1) return { tokens: curve[curve.length - 1].tokens, censored: true };
  if (after === 0) return { tokens: curve[0].tokens, censored: false };
  const [above, below] = [curve[after - 1], curve[after]];
  const share = (above.loss - target) / (above.loss - below.loss);
  return { tokens: above.tokens + share * (below.tokens - above.tokens), censored: false };
}
