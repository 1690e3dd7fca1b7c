/**
 * @file Axes for logarithmic scales: every tick asked for is labelled.
 *
 * Plot's own log axes drop labels between powers of ten, which is most of them over the two decades a study spans.
 */
import * as Plot from "@observablehq/plot";
import { parameterLabel } from "../format.js";
import type { Layout } from "./canvas.js";

/**
 * Horizontal grid lines, with their values left of the first column of facets.
 * @param span - where on the horizontal axis the lines begin and end, in its values; unset: at the frame
 */
export function yAxis(
  ticks: readonly number[],
  label: (value: number) => string,
  span?: readonly [number, number],
): Plot.Markish[] {
  const ends = span ? { x1: () => span[0], x2: () => span[1] } : {};
  return [
    Plot.ruleY(ticks, { stroke: "var(--line)", strokeOpacity: 1, ...ends }),
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

/** Model sizes of the ladder on a logarithmic axis of parameters: "0.12 M" where there is room, and what the axis means. */
export function sizeAxis(parameters: readonly number[], layout: Layout, pixels: number): Plot.Markish[] {
  const labelled = apart(parameters, SIZE_LABEL / pixels);
  const label = (value: number) => (labelled.includes(value) ? parameterLabel(value) : "");
  return [...xAxis(parameters, label), axisNote("model size, parameters", layout)];
}

/** Pixels that the label of a size needs, its neighbour's distance included. */
const SIZE_LABEL = 50;

/** What the vertical axis means, above the upper left corner; above the facets' titles where there are some. */
export function axisTitle(text: string, dy: number, more: Plot.TextOptions = {}): Plot.Markish {
  return Plot.text([text], {
    ...{ frameAnchor: "top-left", facetAnchor: "top-left", textAnchor: "start", dx: -40, dy },
    ...{ fill: "var(--muted)", ...more },
  } as Plot.TextOptions);
}

/** Usual least distance of two labels, as a share of a logarithmic axis. */
const LABEL_ROOM = 0.27;

/** Of rising values, those at least `room` of a logarithmic axis apart; the largest always is among them. */
export function apart(values: readonly number[], room = LABEL_ROOM): number[] {
  const [low, high] = [values[0], values.at(-1)!];
  const place = (value: number) => Math.log(value / low) / Math.log(high / low);
  const kept: number[] = [];
  for (const value of [...values].reverse()) {
    if (kept.length === 0 || place(kept.at(-1)!) - place(value) >= room) kept.push(value);
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

/** The same margin on the way: how far `pixels` are, in decades, on an axis of `decades` over `width` pixels. */
export const decadesOf = (pixels: number, decades: number, width: number) => (pixels * decades) / width;

/** Margin in decades that gives labels `pixels` of room at one end of a log axis spanning `decades` over `width` pixels. */
export function roomForLabels(decades: number, pixels: number, width: number): number {
  const share = Math.min(0.7, pixels / width);
  return (decades * share) / (1 - share);
}
