/**
 * @file Axes for logarithmic scales: every tick asked for is labelled.
 *
 * Plot's own log axes drop labels between powers of ten, which is most of them over the two decades a study spans.
 */
import * as Plot from "@observablehq/plot";
import { scientific, significant } from "../format.js";
import type { Results } from "../results.js";
import type { Layout } from "./canvas.js";

/** Horizontal grid lines, with their values left of the first column of facets. */
export function yAxis(ticks: readonly number[], label: (value: number) => string): Plot.Markish[] {
  return [
    Plot.gridY(ticks, { stroke: "var(--line)", strokeOpacity: 1 }),
    Plot.text(ticks, {
      ...{ y: (value: number) => value, text: label, frameAnchor: "left", facetAnchor: "left" },
      ...{ textAnchor: "end", dx: -8, fill: "var(--muted)" },
    }),
  ];
}

/** Ticks and their values below the last row of facets. `label` may hold a line break. */
export function xAxis(ticks: readonly number[], label: (value: number) => string): Plot.Markish[] {
  const common = { x: (value: number) => value, frameAnchor: "bottom", facetAnchor: "bottom" } as const;
  return [
    Plot.axisX(ticks, { ...{ label: null, tickSize: 5, tickFormat: () => "", color: "var(--muted)" } }),
    Plot.text(ticks, { ...common, text: label, lineAnchor: "top", dy: 8, fill: "var(--muted)" }),
  ];
}

/** The sizes of a study on an axis of training compute, in million parameters, and what the axis means. */
export function sizeAxis(results: Results, layout: Layout): Plot.Markish[] {
  const flops = results.sizes.map((size) => results.cells.find((cell) => cell.size === size.name)!.flops);
  const labelled = apart(flops);
  const label = (value: number) =>
    labelled.includes(value) ? significant(results.sizes[flops.indexOf(value)].parameters / 1e6) : "";
  const range = `${scientific(Math.min(...flops))} to ${scientific(Math.max(...flops))}`;
  return [
    ...xAxis(flops, label),
    axisNote(`million parameters, placed by training compute${layout.stacked ? "\n" : " "}(${range} FLOPs)`, layout),
  ];
}

/** Least distance of two labels, as a share of a logarithmic axis. */
const LABEL_ROOM = 0.27;

/** Of rising values, those far enough apart on a logarithmic axis to be labelled; the largest always is. */
export function apart(values: readonly number[]): number[] {
  const [low, high] = [values[0], values.at(-1)!];
  const place = (value: number) => Math.log(value / low) / Math.log(high / low);
  const kept: number[] = [];
  for (const value of [...values].reverse()) {
    if (kept.length === 0 || place(kept.at(-1)!) - place(value) >= LABEL_ROOM) kept.push(value);
  }
  return kept.reverse();
}

/** What the horizontal axis means, once, below the first column. */
export function axisNote(text: string, layout: Layout): Plot.Markish {
  return Plot.text([text], {
    ...{ frameAnchor: "bottom-left", facetAnchor: layout.stacked ? "bottom" : "left", textAnchor: "start" },
    ...{ lineAnchor: "top", lineHeight: 1.3, dy: 28, fill: "var(--muted)" },
  } as Plot.TextOptions);
}

/** Margin in decades that gives labels `pixels` of room at one end of a log axis spanning `decades` over `width` pixels. */
export function roomForLabels(decades: number, pixels: number, width: number): number {
  const share = Math.min(0.6, pixels / width);
  return (decades * share) / (1 - share);
}
