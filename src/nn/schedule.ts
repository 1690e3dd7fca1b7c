/** @file The learning rate over a run: linear warm-up, then a cosine down to a tenth of the peak (paper A.2). */

export interface Schedule {
  /** Peak learning rate at base width. */
  peak: number;
  /** Steps in all. */
  steps: number;
  /** Share of the steps spent warming up, in [0, 1). */
  warmupShare?: number;
  /** Where the cosine ends, as a share of the peak. */
  finalShare?: number;
}

/** Learning rate of step 0, 1, ... steps - 1; the cosine would reach its end at `steps`, and stays there. */
export function learningRate(step: number, { peak, steps, warmupShare = 0.1, finalShare = 0.1 }: Schedule): number {
  const warmup = Math.floor(warmupShare * steps);
  if (step < warmup) return (peak * (step + 1)) / (warmup + 1);
  const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return peak * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * done)));
}
