/** @file A figure over model size: one line per arm with intervals, one panel per thing measured, a rule where chance lies. */
import * as Plot from "@observablehq/plot";
import { parameterLabel } from "../format.js";
import { apart, axisNote, roomForLabels, xAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout, type PlotOptions } from "./canvas.js";
import { endLabels } from "./frame.js";
import { evenTicks, logDomain } from "./labels.js";
import { armScales, type ShownArm } from "./palette.js";

export interface SizePoint {
  /** Title of its panel. */
  domain: string;
  arm: string;
  parameters: number;
  value: number;
  low: number;
  high: number;
}

export interface BySizeOptions {
  arms: readonly ShownArm[];
  format: (value: number) => string;
  /** What the vertical axis means. */
  axis: string;
  /** A horizontal rule with its name, e.g. chance. */
  rule: { value: number; name: string } | null;
  description: string;
}

/** Parameters on a logarithmic axis, values on a linear one; empty without points. */
export function bySize(points: readonly SizePoint[], options: BySizeOptions, layout: Layout): string {
  if (points.length === 0) return "";
  const { arms, format, axis, rule, description } = options;
  const names = [...new Set(points.map(({ domain }) => domain))];
  const facet = facets(layout, names);
  const sizes = [...new Set(points.map(({ parameters }) => parameters))].sort((a, b) => a - b);
  const decades = Math.max(0.3, Math.log10(sizes.at(-1)! / sizes[0]));
  const x = logDomain(sizes, 0.08 * decades, roomForLabels(1.1 * decades, 112, facet.width));
  const values = [...points.flatMap(({ low, high }) => [low, high]), ...(rule ? [rule.value] : [])];
  const margin = 0.08 * (Math.max(...values) - Math.min(...values) || 1);
  const y: [number, number] = [Math.min(...values) - margin, Math.max(...values) + margin];
  const { color, symbol } = armScales(arms);
  const common = { x: "parameters", stroke: "arm", ...facet.by("domain") };
  const labelled = sizes.length > 1 ? apart(sizes) : sizes;
  const plot: PlotOptions = {
    width: layout.width,
    height: layout.stacked ? 60 + 250 * names.length : 360,
    ...{ marginTop: 40, marginLeft: 48, marginRight: 8, marginBottom: layout.stacked ? 60 : 48 },
    ...facet.scale,
    x: { type: "log", domain: x, axis: null },
    y: { domain: y, axis: null },
    color,
    symbol: symbol as Plot.ScaleOptions,
    marks: [
      ...yAxis(evenTicks(y), format),
      ...xAxis(sizes, (size) => (labelled.includes(size) ? parameterLabel(size) : "")),
      axisNote(`parameters; ${axis}`, layout),
      ...(rule
        ? [Plot.ruleY([rule.value], { stroke: "var(--ink)", strokeOpacity: 0.55, strokeDasharray: "4 3" })]
        : []),
      ...(rule
        ? [
            Plot.text([rule], {
              ...{ y: "value", text: "name", frameAnchor: "right", textAnchor: "end", lineAnchor: "bottom" },
              ...{ dy: -3, dx: -2, fill: "var(--muted)", stroke: "var(--paper)", strokeWidth: 4 },
            } as Plot.TextOptions),
          ]
        : []),
      Plot.line(points, { ...common, y: "value", z: "arm", strokeWidth: 2 }),
      Plot.ruleX(points, { ...common, y1: "low", y2: "high", strokeWidth: 2, strokeOpacity: 0.5 }),
      Plot.dot(points, { ...common, y: "value", symbol: "arm", fill: "arm", r: 4, strokeWidth: 1.8 }),
      facet.titles(),
    ],
  };
  const ends = points.filter(({ parameters }) => parameters === sizes.at(-1));
  const labels = endLabels(plot, ends, {
    ...{ x: "parameters", y: "value", text: "arm" },
    ...{ side: { textAnchor: "start", dx: 11 }, by: facet.by("domain") },
  });
  return draw({ ...plot, marks: [...plot.marks!, ...labels] }, description);
}
