/**
 * @file From facts to results: pure, deterministic, no files.
 *
 * Losses are pooled into measures (grid.ts), everything derived from them is derived once as observed and once per
 * resample of documents and training noise (quantities.ts, bootstrap.ts), and put into plain words (findings.ts).
 */
import { random } from "../base/random.js";
import { bootstrap, meanLosses } from "./bootstrap.js";
import type { RunFacts, StudyFacts } from "./facts.js";
import { findingsOf } from "./findings.js";
import { buildGrid, type Grid } from "./grid.js";
import { drawNoise, measureNoise, type Noise, spreadOf } from "./noise.js";
import { deriveQuantities, type Quantity } from "./quantities.js";
import { type BoundedQuantity, estimateOf } from "./quantity-estimates.js";
import type { Estimate, HistoryPoint, Results } from "./results.js";
import { fitPowerLaw } from "./scaling.js";
import { caveatsOf, sentenceOf } from "./sentence.js";

/** Resamples behind every interval. */
export const RESAMPLES = 1000;
/** Points kept of a training curve. */
const HISTORY_POINTS = 120;

/**
 * Analyses a study.
 * @returns what results.json holds
 * @throws Error when facts do not fit together (no baseline arm, runs evaluated on different documents)
 */
export function analyse(facts: StudyFacts, { resamples = RESAMPLES } = {}): Results {
  const grid = buildGrid(facts);
  const noise = measureNoise(grid);
  const quantities = estimateQuantities(grid, noise, facts.config.seed, resamples);
  const ofKind = (kind: Quantity["kind"]) => quantities.filter((quantity) => quantity.kind === kind);
  const statistic = ({ arm, size, bounded }: BoundedQuantity) => ({ size: size!, arm, ...bounded });
  const partial: Omit<Results, "findings" | "caveats" | "sentence"> = {
    format: "lacuna-results",
    formatVersion: 2,
    lacuna: facts.version,
    processor: facts.processor,
    synthetic: facts.synthetic ?? false,
    domain: facts.domain,
    config: facts.config,
    commands: [...facts.commands],
    corpus: facts.corpus,
    measures: [...grid.measures],
    sizes: [...grid.sizes],
    arms: [...grid.arms],
    routes: [...facts.routes],
    noise: {
      from: noise.from,
      sizes: grid.sizes.map(({ name }) => {
        const residuals = noise.at.get(name)!;
        return { size: name, freedom: residuals.freedom, sd: byMeasure(grid, (column) => spreadOf(residuals, column)) };
      }),
    },
    unigram: byMeasure(grid, (column) => grid.unigram[column]),
    runs: grid.cells.flatMap((cell) => cell.facts.map((run) => runResult(run, cell.size.parameters, grid))),
    cells: cellResults(grid, quantities),
    selectivity: ofKind("selectivity").map(statistic),
    frontier: ofKind("frontier").map(statistic),
    calibration: ofKind("held-out").map(({ size, seed, measure, bounded: { value, low, high } }) => ({
      ...{ size: size!, seed: seed!, measure: measure!, value, low, high },
      covers: (low === null || low <= 1) && (high === null || high >= 1),
    })),
    fits: fitResults(grid, quantities),
    passages: [...facts.passages],
  };
  const findings = findingsOf(partial, quantities);
  const withFindings = { ...partial, findings };
  return { ...withFindings, caveats: caveatsOf(withFindings), sentence: sentenceOf(withFindings) };
}

function byMeasure({ measures }: Grid, value: (column: number) => number): Record<string, number> {
  const entries = measures.map(({ name }, column) => [name, value(column)] as const);
  return Object.fromEntries(entries.filter(([, number]) => Number.isFinite(number)));
}

function estimateQuantities(grid: Grid, noise: Noise, seed: number, resamples: number): BoundedQuantity[] {
  const rng = random(seed, "study:bootstrap");
  const residuals = grid.cells.flatMap(({ runs, size }) => runs.map(() => noise.at.get(size.name)!));
  const resampled = bootstrap(grid.runs, (losses) => deriveQuantities(grid, losses), {
    ...{ resamples, rng, noise: (run: number) => drawNoise(residuals[run], grid.measures.length, rng) },
  });
  const observed = deriveQuantities(
    grid,
    grid.runs.map((run) => meanLosses(run)),
  );
  return observed.map((quantity, index) => ({
    ...quantity,
    bounded: estimateOf(
      quantity,
      resampled.map((draw) => draw[index]),
    ),
  }));
}

function runResult(run: RunFacts, parameters: number, grid: Grid): Results["runs"][number] {
  const cell = grid.cells.find((candidate) => candidate.facts.includes(run))!;
  const table = cell.runs[cell.facts.indexOf(run)];
  const means = meanLosses(table);
  const losses = grid.measures.map((measure, column) => {
    const tokens = table.count.reduce((sum, value, i) => (i % table.measures === column ? sum + value : sum), 0);
    return [measure.name, { mean: means[column], tokens }] as const;
  });
  const { size, arm, seed, flops, steps, rawTokens, effectiveTokens, epochs } = run;
  const facts = { size, arm, seed, parameters, flops, steps, rawTokens, effectiveTokens, epochs };
  return { ...facts, losses: Object.fromEntries(losses), history: downsample(run.history) };
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

function cellResults(grid: Grid, quantities: readonly BoundedQuantity[]): Results["cells"] {
  return grid.cells.map(({ size, arm, flops, facts }) => {
    const own = quantities.filter((quantity) => quantity.size === size.name && quantity.arm === arm.name);
    const ofKind = (kind: Quantity["kind"]) => own.filter((quantity) => quantity.kind === kind);
    const lines = new Map(ofKind("line").map(({ measure, bounded }) => [measure, bounded]));
    return {
      size: size.name,
      arm: arm.name,
      parameters: size.parameters,
      flops,
      seeds: facts.length,
      losses: ofKind("loss").map(({ measure, bounded }) => ({ measure: measure!, ...estimateIn(bounded) })),
      slowdowns: ofKind("slowdown").map(({ measure, bounded }) => {
        const line = lines.get(measure)!;
        return { measure: measure!, ...bounded, ...hull(bounded, line), line: line.value };
      }),
    };
  });
}

const estimateIn = ({ value, low, high }: Estimate): Estimate => ({ value, low, high });

/** One range that holds both readings with their intervals; an end that is open stays open. */
function hull(a: Estimate, b: Estimate): Pick<Estimate, "low" | "high"> {
  const both = (x: number | null, y: number | null, pick: (x: number, y: number) => number) =>
    x === null || y === null ? x : pick(x, y);
  return { low: both(a.low, b.low, Math.min), high: both(a.high, b.high, Math.max) };
}

function fitResults(grid: Grid, quantities: readonly BoundedQuantity[]): Results["fits"] {
  return grid.measures.flatMap(({ name: measure }) =>
    grid.arms.flatMap(({ name: arm }) => {
      const cells = grid.cells.filter((cell) => cell.arm.name === arm && cell.size.isLadder);
      if (cells.length < 2) return [];
      const of = (kind: Quantity["kind"], size?: string) =>
        quantities.find((q) => q.kind === kind && q.arm === arm && q.measure === measure && q.size === size)!;
      const points = cells.map(({ flops, size }) => ({ compute: flops, loss: of("loss", size.name).bounded.value! }));
      const { intercept, r2, residual, range } = fitPowerLaw(points);
      return [{ arm, measure, intercept, slope: estimateIn(of("exponent").bounded), r2, residual, range }];
    }),
  );
}
