/**
 * @file From facts to results: pure, deterministic, no files.
 *
 * Losses are pooled into measures (grid.ts), everything derived from them is derived once as observed and once per
 * resample of test documents (quantities.ts, bootstrap.ts), and put into plain words (findings.ts).
 */
import { random } from "../base/random.js";
import { bootstrap, observedMeans, percentileInterval } from "./bootstrap.js";
import type { RunFacts, StudyFacts } from "./facts.js";
import { findingsOf } from "./findings.js";
import { buildGrid, type Grid } from "./grid.js";
import { deriveQuantities, type Quantity } from "./quantities.js";
import type { Estimate, HistoryPoint, Results } from "./results.js";
import { fitPowerLaw } from "./scaling.js";
import { caveatsOf, sentenceOf } from "./sentence.js";

/** Resamples behind every interval. */
export const RESAMPLES = 1000;
/** Points kept of a training curve. */
const HISTORY_POINTS = 120;

/** A quantity with its interval. */
export type EstimatedQuantity = Omit<Quantity, "value"> & { estimate: Estimate };

/**
 * Analyses a study.
 * @returns what results.json holds
 * @throws Error when facts do not fit together (no baseline arm, runs evaluated on different documents)
 */
export function analyse(facts: StudyFacts, { resamples = RESAMPLES } = {}): Results {
  const grid = buildGrid(facts);
  const quantities = estimateQuantities(grid, facts.config.seed, resamples);
  const partial: Omit<Results, "findings" | "caveats" | "sentence"> = {
    format: "lacuna-results",
    formatVersion: 1,
    lacuna: facts.version,
    synthetic: facts.synthetic ?? false,
    domain: facts.domain,
    config: facts.config,
    commands: [...facts.commands],
    corpus: facts.corpus,
    measures: [...grid.measures],
    sizes: [...grid.sizes],
    arms: [...grid.arms],
    labels: facts.labels,
    classifier: facts.classifier,
    runs: grid.cells.flatMap((cell) => cell.facts.map((run) => runResult(run, cell.size.parameters, grid))),
    cells: cellResults(grid, quantities),
    fits: fitResults(grid, quantities),
    passages: [...facts.passages],
  };
  const findings = findingsOf(partial, quantities);
  const withFindings = { ...partial, findings };
  return { ...withFindings, caveats: caveatsOf(withFindings), sentence: sentenceOf(withFindings) };
}

function estimateQuantities(grid: Grid, seed: number, resamples: number): EstimatedQuantity[] {
  const { resampled } = bootstrap(grid.cells, (losses) => deriveQuantities(grid, losses).map(({ value }) => value), {
    resamples,
    rng: random(seed, "study:bootstrap"),
  });
  return deriveQuantities(grid, observedMeans(grid.cells)).map(({ value, ...quantity }, index) => {
    const interval = percentileInterval(resampled[index]);
    const estimate = { value: finite(value), low: interval?.low ?? null, high: interval?.high ?? null };
    return { ...quantity, estimate };
  });
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function runResult(run: RunFacts, parameters: number, grid: Grid): Results["runs"][number] {
  const cell = grid.cells.find((candidate) => candidate.facts.includes(run))!;
  const table = cell.runs[cell.facts.indexOf(run)];
  const total = (values: Float64Array, column: number) =>
    values.reduce((sum, value, i) => (i % table.measures === column ? sum + value : sum), 0);
  const losses = grid.measures.map((measure, column) => {
    const tokens = total(table.count, column);
    return [measure.name, { mean: total(table.lossSum, column) / tokens, tokens }] as const;
  });
  return {
    size: run.size,
    arm: run.arm,
    seed: run.seed,
    parameters,
    flops: run.flops,
    steps: run.steps,
    rawTokens: run.rawTokens,
    effectiveTokens: run.effectiveTokens,
    epochs: run.epochs,
    losses: Object.fromEntries(losses),
    history: downsample(run.history),
  };
}

/** Means of the training loss over equal stretches of steps, each with its last validation loss. */
function downsample(history: readonly HistoryPoint[]): HistoryPoint[] {
  const stretches = Math.min(history.length, HISTORY_POINTS);
  return Array.from({ length: stretches }, (_, i) => {
    const from = Math.floor((i * history.length) / stretches);
    const points = history.slice(from, Math.floor(((i + 1) * history.length) / stretches));
    const validation = points.findLast((point) => point.validation !== undefined)?.validation;
    const loss = points.reduce((sum, point) => sum + point.loss, 0) / points.length;
    return { step: points[points.length - 1].step, loss, ...(validation === undefined ? {} : { validation }) };
  });
}

function cellResults(grid: Grid, quantities: readonly EstimatedQuantity[]): Results["cells"] {
  return grid.cells.map(({ size, arm, flops, facts }) => {
    const own = quantities.filter((quantity) => quantity.size === size.name && quantity.arm === arm.name);
    return {
      size: size.name,
      arm: arm.name,
      parameters: size.parameters,
      flops,
      seeds: facts.length,
      losses: own.filter(({ kind }) => kind === "loss").map(({ measure, estimate }) => ({ measure, ...estimate })),
      slowdowns: own
        .filter(({ kind }) => kind === "slowdown")
        .map(({ measure, method, extrapolated, estimate }) => ({
          measure,
          method: method!,
          extrapolated: extrapolated === 1,
          ...estimate,
        })),
    };
  });
}

function fitResults(grid: Grid, quantities: readonly EstimatedQuantity[]): Results["fits"] {
  const losses = observedMeans(grid.cells);
  return grid.measures.flatMap(({ name: measure }, column) =>
    grid.arms.flatMap(({ name: arm }) => {
      const points = grid.cells.flatMap((cell, index) =>
        cell.arm.name === arm ? [{ compute: cell.flops, loss: losses[index][column] }] : [],
      );
      if (points.length < 2) return [];
      const { intercept, r2, residual, range } = fitPowerLaw(points);
      const exponent = quantities.find((q) => q.kind === "exponent" && q.arm === arm && q.measure === measure)!;
      return [{ arm, measure, intercept, slope: exponent.estimate, r2, residual, range }];
    }),
  );
}
