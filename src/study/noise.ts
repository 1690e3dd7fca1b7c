/**
 * @file Training noise: how much the losses of two runs differ that only differ in their seed.
 *
 * Where cells have several seeds, their residuals (ln loss of a run less its cell's mean, over all measures at once, so
 * that a run's luck on one text goes with its luck on another) are pooled over the grid. Where none has, residuals of the
 * baseline's log-log line stand in, which holds the line's misfit, too. Every resample draws residuals anew for every run.
 */
import type { Random } from "../base/random.js";
import { studentT } from "../evaluate/index.js";
import { meanLosses } from "./bootstrap.js";
import type { Grid } from "./grid.js";
import type { Results } from "./results.js";
import { fitPowerLaw } from "./scaling.js";

export interface Noise {
  from: Results["noise"]["from"];
  freedom: number;
  /** Residuals of ln loss, [residual][measure], scaled to the spread of single runs. */
  residuals: readonly Float64Array[];
}

/** Fewer degrees of freedom than this from seeds say less than the line does. */
const FEWEST = 3;

/** Measures the noise of a grid. No residual at all where neither seeds nor three sizes are there. */
export function measureNoise(grid: Grid): Noise {
  const bySeeds = fromSeeds(grid);
  return bySeeds.freedom >= FEWEST ? bySeeds : fromLine(grid);
}

/** A draw of the noise of one run: what to multiply its losses by, [measure]. Small samples are widened as t does. */
export function drawNoise({ residuals, freedom }: Noise, measures: number, rng: Random): Float64Array {
  const factors = new Float64Array(measures).fill(1);
  if (residuals.length === 0) return factors;
  const residual = residuals[rng.integer(residuals.length)];
  const scale = (rng.uniform() < 0.5 ? -1 : 1) * (studentT(freedom) / 1.96);
  return factors.map((_, measure) => Math.exp(scale * residual[measure]));
}

/** Standard deviation of ln loss between runs, per measure. */
export function spreadOf({ residuals }: Noise, measure: number): number {
  if (residuals.length === 0) return 0;
  return Math.sqrt(residuals.reduce((sum, residual) => sum + residual[measure] ** 2, 0) / residuals.length);
}

function fromSeeds({ cells }: Grid): Noise {
  const residuals: Float64Array[] = [];
  let freedom = 0;
  for (const { runs } of cells) {
    if (runs.length < 2) continue;
    const logs = runs.map((run) => meanLosses(run).map(Math.log));
    const scale = Math.sqrt(runs.length / (runs.length - 1));
    const mean = logs[0].map((_, measure) => logs.reduce((sum, log) => sum + log[measure], 0) / logs.length);
    for (const log of logs) residuals.push(log.map((value, measure) => scale * (value - mean[measure])));
    freedom += runs.length - 1;
  }
  return { from: "seeds", freedom, residuals };
}

function fromLine({ cells, baseline, measures }: Grid): Noise {
  const ladder = cells.filter(({ arm, size }) => arm.name === baseline.name && size.isLadder);
  const freedom = ladder.length - 2;
  if (freedom < 1) return { from: "line", freedom: 0, residuals: [] };
  const losses = ladder.map(({ runs }) => meanLosses(runs[0]));
  const scale = Math.sqrt(ladder.length / freedom);
  const laws = measures.map((_, measure) =>
    fitPowerLaw(ladder.map(({ flops }, cell) => ({ compute: flops, loss: losses[cell][measure] }))),
  );
  const residuals = ladder.map(({ flops }, cell) =>
    losses[cell].map((loss, measure) => {
      const { intercept, slope } = laws[measure];
      return scale * (Math.log(loss) - intercept - slope * Math.log(flops));
    }),
  );
  return { from: "line", freedom, residuals };
}
