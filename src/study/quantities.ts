/**
 * @file Everything the study derives from losses, in one pass: slowdowns, selectivity, frontier, trends, comparisons.
 *
 * The bootstrap runs this pass once per resample, so the list of quantities and its order depend on the grid alone. A
 * quantity is an interval (curve.ts): one point where all losses lie inside what the baselines measured, half open
 * where not. Selectivity is the headline: forget slowdown over retain slowdown, both read off the baseline's curve. It is
 * the same whether compute or trained retain targets are counted, since both grow alike along that curve.
 */
import { average } from "./bootstrap.js";
import {
  type Between,
  baselineCurve,
  type Curve,
  computeAt,
  difference,
  exactly,
  logOf,
  lossAt,
  quotient,
} from "./curve.js";
import { type Grid, type GridCell, measureOfRole } from "./grid.js";
import { pairsOf } from "./pairs.js";
import { computeOnLine, fitPowerLaw, leastSquares } from "./scaling.js";

export interface Quantity extends Between {
  kind: "loss" | "slowdown" | "line" | "exponent" | "held-out" | "selectivity" | "frontier" | "trend" | "comparison";
  arm: string;
  size?: string;
  measure?: string;
  /** Of a held-out baseline run. */
  seed?: number;
  /** The other arm of a comparison. */
  against?: string;
}

/** Derives all quantities from mean losses [run][measure], runs as in the grid. */
export function deriveQuantities(grid: Grid, losses: readonly Float64Array[]): Quantity[] {
  const meansOf = (cell: GridCell, without?: number) => {
    const runs = losses.slice(cell.first, cell.end).filter((_, index) => index !== without);
    return average(runs);
  };
  const means = new Map(grid.cells.map((cell) => [cell, meansOf(cell)]));
  const baselines = grid.cells.filter((cell) => cell.arm.name === grid.baseline.name);
  const curveOf = (column: number, lossesOf: (cell: GridCell) => Float64Array): Curve =>
    baselineCurve(
      baselines.map((cell) => ({ compute: cell.flops, loss: lossesOf(cell)[column] })),
      grid.unigram[column],
    );
  const curves = grid.measures.map((_, column) => curveOf(column, (cell) => means.get(cell)!));
  const matched = (cell: GridCell, column: number) => computeAt(curves[column], means.get(cell)![column]);
  const slowdown = (cell: GridCell, column: number) => quotient(exactly(cell.flops), matched(cell, column));
  const quantities: Quantity[] = [];

  grid.measures.forEach(({ name: measure }, column) => {
    const pointsOf = (cells: readonly GridCell[]) =>
      cells.map((cell) => ({ compute: cell.flops, loss: means.get(cell)![column] }));
    const law = fitPowerLaw(pointsOf(baselines.filter(({ size }) => size.isLadder)));
    for (const cell of grid.cells) {
      const at = { arm: cell.arm.name, size: cell.size.name, measure };
      const loss = means.get(cell)![column];
      quantities.push({ kind: "loss", ...at, ...exactly(loss) });
      quantities.push({ kind: "slowdown", ...at, ...slowdown(cell, column) });
      quantities.push({ kind: "line", ...at, ...exactly(cell.flops / computeOnLine(law, loss)) });
    }
    for (const { name: arm } of grid.arms) {
      const cells = grid.cells.filter((cell) => cell.arm.name === arm && cell.size.isLadder);
      quantities.push({ kind: "exponent", arm, measure, ...exactly(fitPowerLaw(pointsOf(cells)).slope) });
    }
    for (const cell of baselines.filter(({ runs }) => runs.length > 1)) {
      cell.facts.forEach(({ seed }, index) => {
        const others = curveOf(column, (other) => (other === cell ? meansOf(cell, index) : means.get(other)!));
        const value = quotient(exactly(cell.flops), computeAt(others, losses[cell.first + index][column]));
        quantities.push({ kind: "held-out", arm: cell.arm.name, size: cell.size.name, measure, seed, ...value });
      });
    }
  });

  const [forget, retain] = (["forget", "retain"] as const).map((role) => {
    const measure = measureOfRole(grid.measures, role);
    return measure ? grid.measures.indexOf(measure) : undefined;
  });
  if (forget === undefined || retain === undefined) return quantities;
  const filtered = grid.cells.filter((cell) => cell.arm.method !== "none");
  const selectivity = new Map(filtered.map((cell) => [cell, quotient(slowdown(cell, forget), slowdown(cell, retain))]));
  for (const cell of filtered) {
    const at = { arm: cell.arm.name, size: cell.size.name };
    quantities.push({ kind: "selectivity", ...at, ...selectivity.get(cell)! });
    const expected = lossAt(curves[forget], matched(cell, retain));
    const above = difference(exactly(Math.log(means.get(cell)![forget])), logOf(expected));
    quantities.push({ kind: "frontier", ...at, ...above });
  }
  for (const { name: arm } of grid.arms) {
    const cells = filtered.filter((cell) => cell.arm.name === arm);
    if (cells.length >= 2) quantities.push({ kind: "trend", arm, ...trendOf(cells, selectivity) });
  }
  for (const [cell, other] of pairsOf(filtered)) {
    const value = difference(logOf(selectivity.get(cell)!), logOf(selectivity.get(other)!));
    quantities.push({
      kind: "comparison",
      arm: cell.arm.name,
      against: other.arm.name,
      size: cell.size.name,
      ...value,
    });
  }
  return quantities;
}

/** Factor of selectivity per tenfold compute: a least-squares line in log-log space. No number where a point has none. */
function trendOf(cells: readonly GridCell[], selectivity: ReadonlyMap<GridCell, Between>): Between {
  const logs = cells.map((cell) => logOf(selectivity.get(cell)!));
  const { slope } = leastSquares(
    cells.map((cell) => Math.log10(cell.flops)),
    logs.map(({ low, high }) => (low === high ? low : Number.NaN)),
  );
  return exactly(Math.exp(slope));
}
