/** @file The frontier: loss on the text to forget against loss on the text to keep, arms beside the baseline's curve. */
import * as Plot from "@observablehq/plot";
import { isControl } from "../arms.js";
import { ladderCells, lossOf } from "../cells.js";
import type { Results } from "../results.js";
import { armWords, textName } from "../words.js";
import { axisNote, axisTitle, roomForLabels, xAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout } from "./canvas.js";
import { type ColumnLabel, columnHeight, columnLabels, columnWidth } from "./column-labels.js";
import { logLogFrame } from "./frame.js";
import { evenTicks, logDomain } from "./labels.js";
import { armColour, armStyle } from "./palette.js";

export interface FrontierPoint {
  arm: string;
  parameters: number;
  /** Nats per token. */
  retain: number;
  forget: number;
}

/** Everything that the figure shows: a point per cell of the ladder. Empty without both sides. */
export function frontierPoints(results: Results): FrontierPoint[] {
  const { forget, retain } = results.findings;
  if (!forget || !retain) return [];
  return ladderCells(results).map((cell) => {
    const { arm, parameters } = cell;
    return { arm, parameters, retain: lossOf(cell, retain), forget: lossOf(cell, forget) };
  });
}

const ALL = "all";
const by = { fx: () => ALL };

/** Log-log; up and to the left is better: more forgotten at the same loss on what is kept. Empty without both sides. */
export function frontierFigure(results: Results, layout: Layout): string {
  const points = frontierPoints(results);
  if (points.length === 0) return "";
  const { forget, retain } = results.findings;
  const labels = labelsOf(results, points);
  const facet = facets({ ...layout, stacked: false }, [ALL]);
  const retained = points.map((point) => point.retain);
  const decades = 1.06 * Math.log10(Math.max(...retained) / Math.min(...retained));
  const x = logDomain(retained, roomForLabels(decades, columnWidth(labels) + 14, facet.width), 0.06 * decades);
  const forgotten = points.map((point) => point.forget);
  const height = Math.log10(Math.max(...forgotten) / Math.min(...forgotten));
  const y = logDomain(forgotten, 0.08 * height, 0.14 * height);
  const at = Math.min(...retained) * 10 ** (-0.03 * decades);
  const arms = [...results.arms].sort((a, b) => Number(isControl(b)) - Number(isControl(a)));
  const frame = logLogFrame(results, layout, {
    ...{ facet, x, y, marginBottom: 48 },
    height: Math.max(layout.stacked ? 340 : 400, columnHeight(labels) + 118),
  });
  const data = arms.flatMap((arm) => {
    const own = points.filter((point) => point.arm === arm.name);
    const { colour, symbol, fill, dashes, width } = armStyle(arm);
    const place = { x: "retain", y: "forget", stroke: colour, ...by };
    const marker = { symbol: symbol as Plot.SymbolType, fill, r: 4.2, strokeWidth: 1.8 };
    return [
      Plot.line(own, { ...place, strokeWidth: width, strokeDasharray: dashes }),
      Plot.dot(own, { ...place, ...marker, className: "cell" }),
    ];
  });
  const names = columnLabels({ ...frame, marks: data }, labels, { edge: Math.min(...retained), at, side: "left", by });
  const ticks = evenTicks([at, x[1]], layout.stacked ? 4 : 6);
  const marks = [
    ...yAxis(evenTicks(y), String),
    ...xAxis(ticks, String),
    axisNote(`loss on ${textName(results, retain!)}, nats per token (← better kept)`, layout),
    axisTitle(`loss on ${textName(results, forget!)}, nats per token (↑ more forgotten)`, -22),
    ...names.lines,
    ...data,
    ...names.texts,
  ];
  const description = `Loss on ${forget} text against loss on ${retain}, one line per arm, a point per model size.`;
  return draw({ ...frame, marks }, description);
}

/** At each arm's largest size, which is its leftmost point. */
function labelsOf({ arms }: Results, points: readonly FrontierPoint[]): ColumnLabel[] {
  const words = armWords(arms);
  return arms.flatMap((arm) => {
    const last = points.findLast((point) => point.arm === arm.name);
    if (!last) return [];
    const place = { domain: ALL, x: last.retain, y: last.forget, colour: armColour(arm) };
    return [{ ...place, name: words.get(arm.name)!, note: "" }];
  });
}
