/** @file What training costs, roughly. */

/** Training time on one core at the rates of docs/performance.md: a fixed cost per logit and a cost per FLOP. */
export function trainingSeconds(vocabulary: number, parameters: number, tokens: number): number {
  return 2 + tokens * (vocabulary * 4e-9 + (6 * parameters) / 45e9);
}
