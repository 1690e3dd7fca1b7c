/**
 * @file How a statistic of arms is drawn over model size: lines, 95 % bars, markers, and arrows for what is known by a bound.
 *
 * A bound is never a marker: it is a short bar at the bound with an arrow towards where the number may lie. Each arm is a
 * set of marks of its own, for dashes are no channel.
 */
import * as Plot from "@observablehq/plot";
import { isControl } from "../arms.js";
import type { ArmFacts, Bounded } from "../results.js";
import { armStyle } from "./palette.js";

export interface ArmPoint extends Bounded {
  arm: string;
  /** Name of its facet. */
  domain: string;
  parameters: number;
}

type DrawnArm = Pick<ArmFacts, "name" | "method" | "labels">;

/** Where a point stands: its value, or the bound. Undefined where nothing is known. */
export const heightOf = ({ value, atLeast, atMost }: Bounded): number | undefined =>
  value ?? atLeast ?? atMost ?? undefined;

/** All numbers that a vertical axis must hold, arrows included. */
export function extentOf(points: readonly Bounded[]): number[] {
  return points.flatMap((point) => {
    const at = heightOf(point);
    if (at === undefined) return [];
    return [point.low ?? at, at, point.high ?? at, ...(arrowOf(point) ? [at * arrowOf(point)!] : [])];
  });
}

/** Length of an arrow, as a factor. */
const ARROW = 1.22;

/** Factor from a bound to its arrow's tip: up, down, or no arrow. */
function arrowOf({ value, atLeast, atMost }: Bounded): number | undefined {
  if (value !== null || (atLeast === null && atMost === null)) return undefined;
  return atLeast === null ? 1 / ARROW : ARROW;
}

/** Marks of all arms, controls below the others. `by` adds the facet. */
export function armMarks(arms: readonly DrawnArm[], points: readonly ArmPoint[], by: object): Plot.Markish[] {
  const ordered = [...arms].sort((a, b) => Number(isControl(b)) - Number(isControl(a)));
  return ordered.flatMap((arm) => {
    const own = points.filter((point) => point.arm === arm.name);
    const values = own.filter(({ value }) => value !== null);
    const bounds = own.flatMap((point) => {
      const [at, arrow] = [heightOf(point), arrowOf(point)];
      return at === undefined || arrow === undefined ? [] : [{ ...point, at, tip: at * arrow }];
    });
    const { colour, symbol, fill, dashes, width } = armStyle(arm);
    const place = { x: "parameters", stroke: colour, ...by };
    const bar = { ...place, strokeWidth: 2, strokeOpacity: 0.5, className: "interval" };
    return [
      Plot.line(own, { ...place, y: "value", z: "domain", strokeWidth: width, strokeDasharray: dashes }),
      Plot.ruleX(values, { ...bar, y1: (p: ArmPoint) => p.low ?? p.value, y2: (p: ArmPoint) => p.high ?? p.value }),
      Plot.ruleX(bounds, { ...bar, y1: (p: Bound) => p.low ?? p.at, y2: (p: Bound) => p.high ?? p.at }),
      Plot.arrow(bounds, {
        ...{ ...place, x1: "parameters", x2: "parameters", y1: "at", y2: "tip" },
        ...{ strokeWidth: 2, headLength: 7, className: "arrow" },
      }),
      Plot.link(bounds, {
        ...{ stroke: colour, ...by, y1: "at", y2: "at", strokeWidth: 2, className: "bound" },
        ...{ x1: (p: Bound) => p.parameters * 0.965, x2: (p: Bound) => p.parameters * 1.036 },
      }),
      Plot.dot(values, {
        ...{ ...place, y: "value", symbol: symbol as Plot.SymbolType, fill, r: 4.2 },
        ...{ strokeWidth: 1.8, className: "value" },
      }),
    ];
  });
}

type Bound = ArmPoint & { at: number; tip: number };
