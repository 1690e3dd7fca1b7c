/**
 * @file Everything the study derives from losses, in one pass: slowdowns, fits, trends and trade-offs.
 *
 * The bootstrap runs this pass once per resample, so the list of quantities and its order depend on the grid alone;
 * a quantity that does not exist for some losses is NaN.
 */
import { type Grid, type GridCell, measureOfRole } from "./grid.js";
import { METHODS, type Method } from "./results.js";
import { fitPowerLaw, leastSquares, matchByFit, matchByInterpolation, type ScalingPoint } from "./scaling.js";

export interface Quantity {
  kind: "loss" | "slowdown" | "exponent" | "trend" | "tradeoff";
  arm: string;
  measure: string;
  /** For loss, slowdown and trade-off. */
  size?: string;
  /** For slowdown and trend. */
  method?: Method;
  value: number;
  /** For slowdown and trade-off: read off beyond the measured range. For trend: so many of its points are. */
  extrapolated?: number;
}

/** Derives all quantities from mean losses [cell][measure], cells as in the grid. */
export function deriveQuantities(grid: Grid, losses: readonly Float64Array[]): Quantity[] {
  const lossOf = new Map(grid.cells.map((cell, index) => [cell, losses[index]]));
  const cellsOf = (arm: string) => grid.cells.filter((cell) => cell.arm.name === arm);
  const points = (arm: string, column: number): ScalingPoint[] =>
    cellsOf(arm).map((cell) => ({ compute: cell.flops, loss: lossOf.get(cell)![column] }));
  const quantities: Quantity[] = [];

  grid.measures.forEach(({ name: measure }, column) => {
    const baseline = points(grid.baseline.name, column);
    const law = fitPowerLaw(baseline);
    const slowdown = (cell: GridCell, method: Method) => {
      const loss = lossOf.get(cell)![column];
      const match = method === "fit" ? matchByFit(law, loss) : matchByInterpolation(baseline, loss);
      return { value: match ? cell.flops / match.compute : Number.NaN, extrapolated: Number(match?.extrapolated ?? 0) };
    };
    for (const { name: arm } of grid.arms) {
      const cells = cellsOf(arm);
      for (const cell of cells) {
        const size = cell.size.name;
        quantities.push({ kind: "loss", arm, measure, size, value: lossOf.get(cell)![column] });
        for (const method of METHODS)
          quantities.push({ kind: "slowdown", arm, measure, size, method, ...slowdown(cell, method) });
      }
      quantities.push({ kind: "exponent", arm, measure, value: fitPowerLaw(points(arm, column)).slope });
      if (arm === grid.baseline.name) continue;
      for (const method of METHODS) {
        const slowdowns = cells.map((cell) => slowdown(cell, method));
        const { slope } = leastSquares(
          cells.map((cell) => Math.log10(cell.flops)),
          slowdowns.map(({ value }) => Math.log(value)),
        );
        const extrapolated = slowdowns.reduce((sum, point) => sum + point.extrapolated, 0);
        quantities.push({ kind: "trend", arm, measure, method, value: Math.exp(slope), extrapolated });
      }
    }
  });
  return [...quantities, ...deriveTradeoffs(grid, points)];
}

/**
 * For every token arm and size: how far its forget loss is above the document arm's at equal retain loss.
 *
 * The document arm's (retain loss, forget loss) points over sizes are joined in log-log space; beyond its ends the
 * nearest segment is extended and flagged. The value is the ln ratio of forget losses: 0.1 is about 10 % higher.
 */
function deriveTradeoffs(grid: Grid, points: (arm: string, column: number) => ScalingPoint[]): Quantity[] {
  const forget = measureOfRole(grid.measures, "forget");
  const document = grid.arms.find((arm) => arm.method === "document");
  if (!forget || !document) return [];
  const forgetColumn = grid.measures.indexOf(forget);
  const rivals = grid.arms.filter((arm) => arm.method === "mask" || arm.method === "remove");
  return grid.measures.flatMap((measure, column) => {
    if (measure.role !== "retain") return [];
    const frontier = points(document.name, column).map(({ loss }, i) => ({
      x: Math.log(loss),
      y: Math.log(points(document.name, forgetColumn)[i].loss),
    }));
    return rivals.flatMap(({ name: arm }) => {
      const cells = grid.cells.filter((cell) => cell.arm.name === arm);
      const retainLosses = points(arm, column);
      const forgetLosses = points(arm, forgetColumn);
      return cells.map(({ size }, i): Quantity => {
        const { y, extrapolated } = alongSegments(frontier, Math.log(retainLosses[i].loss));
        const value = Math.log(forgetLosses[i].loss) - y;
        return { kind: "tradeoff", arm, measure: measure.name, size: size.name, value, extrapolated };
      });
    });
  });
}

/** Height at `x` of the segments through points (sorted here by x); the nearest segment is extended beyond the ends. */
function alongSegments(points: readonly { x: number; y: number }[], x: number): { y: number; extrapolated: number } {
  const sorted = [...points].sort((a, b) => a.x - b.x).filter((point, i, all) => i === 0 || point.x > all[i - 1].x);
  if (sorted.length < 2) return { y: Number.NaN, extrapolated: 0 };
  let segment = 0;
  while (segment < sorted.length - 2 && sorted[segment + 1].x < x) segment++;
  const [left, right] = [sorted[segment], sorted[segment + 1]];
  const y = left.y + ((x - left.x) / (right.x - left.x)) * (right.y - left.y);
  return { y, extrapolated: Number(x < sorted[0].x || x > sorted[sorted.length - 1].x) };
}
