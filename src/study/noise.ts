/**
 * @file Training noise: how much the losses of two runs differ that only differ in their seed.
 *
 * Where cells have several seeds, their residuals (ln loss of a run less its cell's mean, over all measures at once, so
 * that a run's luck on one text goes with its luck on another) are pooled over the arms of a size: small models are
 * luckier and unluckier than large ones. A size with too few takes the next ones in, by compute. Where no cell has several
 * seeds, residuals of the baseline's log-log line stand in, which holds the line's misfit, too. Every resample draws
 * residuals anew for every run.
 */
import type { Random } from "../base/random.js";
import { studentT } from "../evaluate/index.js";
import { meanLosses } from "./bootstrap.js";
import type { Grid, GridCell } from "./grid.js";
import type { Results } from "./results.js";
import { fitPowerLaw } from "./scaling.js";

/** What the noise of one size's runs is drawn from. */
export interface Residuals {
  freedom: number;
  /** Of ln loss, [residual][measure], scaled to the spread of single runs. */
  rows: readonly Float64Array[];
}

export interface Noise {
  from: Results["noise"]["from"];
  /** By name of the size. */
  at: ReadonlyMap<string, Residuals>;
}

/** Fewer degrees of freedom than this say too little of a size. */
const FEWEST = 3;

/** Measures the noise of a grid. No residual at all where neither seeds nor three sizes are there. */
export function measureNoise(grid: Grid): Noise {
  const own = grid.sizes.map(({ name }) => fromSeeds(grid.cells.filter(({ size }) => size.name === name)));
  const freedom = own.reduce((sum, residuals) => sum + residuals.freedom, 0);
  if (freedom < FEWEST) {
    const line = fromLine(grid);
    return { from: "line", at: new Map(grid.sizes.map(({ name }) => [name, line])) };
  }
  const compute = grid.sizes.map(({ name }) => Math.log(grid.cells.find(({ size }) => size.name === name)!.flops));
  const at = grid.sizes.map(({ name }, index) => {
    const nearest = [...own.keys()].sort(
      (a, b) => Math.abs(compute[a] - compute[index]) - Math.abs(compute[b] - compute[index]),
    );
    let pooled: Residuals = { freedom: 0, rows: [] };
    for (const other of nearest) {
      if (pooled.freedom >= FEWEST) break;
      pooled = { freedom: pooled.freedom + own[other].freedom, rows: [...pooled.rows, ...own[other].rows] };
    }
    return [name, pooled] as const;
  });
  return { from: "seeds", at: new Map(at) };
}

/** A draw of the noise of one run: what to multiply its losses by, [measure]. Small samples are widened as t does. */
export function drawNoise({ rows, freedom }: Residuals, measures: number, rng: Random): Float64Array {
  const factors = new Float64Array(measures).fill(1);
  if (rows.length === 0) return factors;
  const residual = rows[rng.integer(rows.length)];
  const scale = (rng.uniform() < 0.5 ? -1 : 1) * (studentT(freedom) / 1.96);
  return factors.map((_, measure) => Math.exp(scale * residual[measure]));
}

/** Standard deviation of ln loss between runs, per measure. */
export function spreadOf({ rows }: Residuals, measure: number): number {
  if (rows.length === 0) return 0;
  return Math.sqrt(rows.reduce((sum, residual) => sum + residual[measure] ** 2, 0) / rows.length);
}

function fromSeeds(cells: readonly GridCell[]): Residuals {
  const rows: Float64Array[] = [];
  let freedom = 0;
  for (const { runs } of cells) {
    if (runs.length < 2) continue;
    const logs = runs.map((run) => meanLosses(run).map(Math.log));
    const scale = Math.sqrt(runs.length / (runs.length - 1));
    const mean = logs[0].map((_, measure) => logs.reduce((sum, log) => sum + log[measure], 0) / logs.length);
    for (const log of logs) rows.push(log.map((value, measure) => scale * (value - mean[measure])));
    freedom += runs.length - 1;
  }
  return { freedom, rows };
}

function fromLine({ cells, baseline, measures }: Grid): Residuals {
  const ladder = cells.filter(({ arm, size }) => arm.name === baseline.name && size.isLadder);
  const freedom = ladder.length - 2;
  if (freedom < 1) return { freedom: 0, rows: [] };
  const losses = ladder.map(({ runs }) => meanLosses(runs[0]));
  const scale = Math.sqrt(ladder.length / freedom);
  const laws = measures.map((_, measure) =>
    fitPowerLaw(ladder.map(({ flops }, cell) => ({ compute: flops, loss: losses[cell][measure] }))),
  );
  const rows = ladder.map(({ flops }, cell) =>
    losses[cell].map((loss, measure) => {
      const { intercept, slope } = laws[measure];
      return scale * (Math.log(loss) - intercept - slope * Math.log(flops));
    }),
  );
  return { freedom, rows };
}
