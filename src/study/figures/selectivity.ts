/** @file The first figure: selectivity of every arm and control by model size. How much more filtering slows what is to go. */
import * as Plot from "@observablehq/plot";
import { isControl } from "../arms.js";
import { controlArms, filteringArms, ladderOf } from "../cells.js";
import { bounded, boundedInterval, parameterLabel } from "../format.js";
import type { ArmFacts, Results } from "../results.js";
import { armExplained, armWords, textName } from "../words.js";
import { type ArmPoint, armMarks, extentOf, heightOf } from "./arm-marks.js";
import { axisTitle, decadesOf, roomForLabels, sizeAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout } from "./canvas.js";
import { type ColumnLabel, columnHeight, columnLabels, columnWidth, LEADER } from "./column-labels.js";
import { logLogFrame } from "./frame.js";
import { logDomain, ratioTicks } from "./labels.js";
import { armColour } from "./palette.js";

/** Everything that the figure shows: one point per arm and size of the ladder. */
export function selectivityPoints(results: Results): ArmPoint[] {
  const ladder = new Map(ladderOf(results).map(({ name, parameters }) => [name, parameters]));
  return results.selectivity.flatMap(({ size, ...point }) => {
    const parameters = ladder.get(size);
    return parameters === undefined ? [] : [{ ...point, parameters, domain: ALL }];
  });
}

const ALL = "all";

/** Log-log. Bars are intervals, arrows bounds, controls dashed and hollow. Empty where no selectivity is known. */
export function selectivityFigure(results: Results, layout: Layout): string {
  const points = selectivityPoints(results);
  const { forget } = results.findings;
  if (!forget || points.every((point) => heightOf(point) === undefined)) return "";
  const arms = [...filteringArms(results), ...controlArms(results)];
  const labels = labelsOf(results, arms, points, layout);
  const facet = facets(layout, [ALL]);
  const sizes = [...new Set(points.map(({ parameters }) => parameters))].sort((a, b) => a - b);
  const largest = sizes[sizes.length - 1];
  const decades = Math.max(0.2, Math.log10(largest / sizes[0]));
  const room = roomForLabels(1.08 * decades, columnWidth(labels) + LEADER, facet.width);
  const x = logDomain(sizes, 0.08 * decades, room);
  const y = logDomain([...extentOf(points), 0.9, 1.5], 0.03);
  const height = Math.max(layout.stacked ? 330 : 350, columnHeight(labels) + 118);
  const column = largest * 10 ** decadesOf(LEADER, 1.08 * decades + room, facet.width);
  const pixels = (facet.width * decades) / (1.08 * decades + room);
  const better = `↑ better: ${textName(results, forget)} is forgotten, the rest is kept`;
  const frame = logLogFrame(results, layout, { facet, height, marginBottom: 48, marginTop: 56, x, y });
  const data = armMarks(arms, points, facet.by("domain"));
  const names = columnLabels({ ...frame, marks: data }, labels, {
    edge: largest,
    at: column,
    side: "right",
    by: facet.by("domain"),
  });
  const marks = [
    ...yAxis(ratioTicks(y), (value) => `${value}×`, [x[0], column]),
    ...sizeAxis(sizes, layout, pixels),
    axisTitle(`slowdown on ${textName(results, forget)}, divided by slowdown on the rest`, -40),
    axisTitle(better, -21, { fill: "var(--retain)", fontWeight: 600, fontSize: 12.5 }),
    Plot.ruleY([1], { x1: () => x[0], x2: () => column, stroke: "var(--ink)", strokeOpacity: 0.6 }),
    ...names.lines,
    ...data,
    ...names.texts,
  ];
  const description = `Selectivity against model size: ${labels.map(({ name, note }) => `${name} ${note}`).join("; ")}.`;
  return draw({ ...frame, marks }, description);
}

/** The last point of every arm, and the rule at 1. On narrow screens the page explains the arms below the figure. */
function labelsOf(
  results: Results,
  arms: readonly ArmFacts[],
  points: readonly ArmPoint[],
  layout: Layout,
): ColumnLabel[] {
  const words = armWords(results.arms);
  const largest = Math.max(...points.map(({ parameters }) => parameters));
  const rule = { domain: ALL, x: largest, y: 1, colour: "var(--ink)" };
  const labels = arms.flatMap((arm): ColumnLabel[] => {
    const last = points.findLast((point) => point.arm === arm.name && heightOf(point) !== undefined);
    if (!last) return [];
    const name = words.get(arm.name)!;
    const place = { domain: ALL, x: last.parameters, y: heightOf(last)!, colour: armColour(arm) };
    // The largest size goes without saying.
    const at = last.parameters === largest ? "" : ` at ${parameterLabel(last.parameters)}`;
    if (layout.stacked) return [{ ...place, name, note: `${boundedInterval(last)}${at}` }];
    return [{ ...place, name: `${name} ${bounded(last)}${at}`, note: armExplained(arm) }];
  });
  const note = arms.some((arm) => isControl(arm) && arm.labels === "random") ? "" : "slows all text alike";
  return [...labels, { ...rule, name: "1×: a random filter", note }];
}
