/** @file Slowdown against training compute, one facet per domain: what filtering cost, and what it spared. */
import * as Plot from "@observablehq/plot";
import { QUOTED, sidedMeasures } from "../cells.js";
import { ratio } from "../format.js";
import type { Results } from "../results.js";
import { roomForLabels, sizeAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout, type PlotOptions } from "./canvas.js";
import { endLabels, logLogFrame } from "./frame.js";
import { logDomain, logTicks } from "./labels.js";
import { armScales } from "./palette.js";

interface Point {
  arm: string;
  domain: string;
  flops: number;
  value: number;
  low: number;
  high: number;
  extrapolated: boolean;
}

/** Log-log; empty when no slowdown exists. Bars are intervals, hollow markers lie beyond the trained baselines. */
export function slowdownFigure(results: Results, layout: Layout): string {
  const points = pointsOf(results);
  if (points.length === 0) return "";
  const names = sidedMeasures(results).map((measure) => measure.name);
  const facet = facets(layout, names);
  const flops = points.map((point) => point.flops);
  const decades = 1.1 * Math.log10(Math.max(...flops) / Math.min(...flops));
  const room = roomForLabels(decades, 122, facet.width);
  const x = logDomain(flops, 0.1 * decades, room);
  const y = logDomain([...points.flatMap(({ low, high }) => [low, high]), 0.8, 1.3], 0.06);
  const largest = Math.max(...results.cells.map((cell) => cell.flops));
  const { color } = armScales(results.arms);
  const common = { x: "flops", stroke: "arm", ...facet.by("domain") };
  const options: PlotOptions = {
    ...logLogFrame(results, layout, {
      ...{ facet, x, y, marginBottom: layout.stacked ? 60 : 48 },
      height: layout.stacked ? 60 + 250 * names.length : 380,
    }),
    marks: [
      ...yAxis(logTicks(y), (value) => `${value}×`),
      ...sizeAxis(results, layout),
      Plot.ruleY([1], { stroke: "var(--ink)", strokeOpacity: 0.55 }),
      Plot.line(points, { ...common, y: "value", strokeWidth: 2, z: "arm" }),
      Plot.ruleX(points, { ...common, y1: "low", y2: "high", strokeWidth: 2, strokeOpacity: 0.55 }),
      Plot.dot(points, {
        ...common,
        y: "value",
        symbol: "arm",
        r: 4,
        strokeWidth: 1.8,
        fill: (point: Point) => (point.extrapolated ? "var(--paper)" : colourOf(point.arm)),
      }),
      facet.titles((name) => `${name} (${results.measures.find((measure) => measure.name === name)?.role})`),
    ],
  };
  function colourOf(arm: string): string {
    return color.range[color.domain.indexOf(arm)];
  }
  const labels = endLabels(
    options,
    points.filter((point) => point.flops === largest),
    {
      ...{ x: "flops", y: "value", text: (point: Point) => `${point.arm} ${ratio(point.value)}×` },
      ...{ side: { textAnchor: "start", dx: 11 }, by: facet.by("domain") },
    },
  );
  const description = `Slowdown against training compute for ${names.join(", ")}, one line per arm.`;
  return draw({ ...options, marks: [...options.marks!, ...labels] }, description);
}

function pointsOf(results: Results): Point[] {
  const names = sidedMeasures(results).map((measure) => measure.name);
  return results.cells.flatMap((cell) =>
    cell.slowdowns.flatMap(({ measure, method, value, low, high, extrapolated }) => {
      if (method !== QUOTED || !names.includes(measure) || value === null) return [];
      const { arm, flops } = cell;
      return [{ arm, domain: measure, flops, value, low: low ?? value, high: high ?? value, extrapolated }];
    }),
  );
}
