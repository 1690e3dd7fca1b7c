/** @file Slowdown by model size, one facet per text: what filtering cost the text to forget, and the text to keep. */
import * as Plot from "@observablehq/plot";
import { controlArms, filteringArms, ladderCells, sidedMeasures } from "../cells.js";
import { boundedInterval, parameterLabel } from "../format.js";
import type { Measure, Results } from "../results.js";
import { armWords } from "../words.js";
import { type ArmPoint, armMarks, extentOf, heightOf } from "./arm-marks.js";
import { axisTitle, decadesOf, roomForLabels, sizeAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout } from "./canvas.js";
import { type ColumnLabel, columnHeight, columnLabels, columnWidth, LEADER } from "./column-labels.js";
import { logLogFrame } from "./frame.js";
import { logDomain, ratioTicks } from "./labels.js";
import { armColour } from "./palette.js";

/** Everything that the figure shows: a point per filtered cell of the ladder and text; `domain` is the measure. */
export function slowdownPoints(results: Results): ArmPoint[] {
  const names = sidedMeasures(results).map(({ name }) => name);
  const arms = new Set([...filteringArms(results), ...controlArms(results)].map(({ name }) => name));
  return ladderCells(results).flatMap(({ arm, parameters, slowdowns }) =>
    arms.has(arm)
      ? slowdowns.flatMap(({ measure, line: _, ...slowdown }) =>
          names.includes(measure) ? [{ ...slowdown, arm, parameters, domain: measure }] : [],
        )
      : [],
  );
}

const TITLE = {
  wide: "slowdown: compute spent, over the compute at which the unfiltered model has the same loss",
  narrow: "slowdown: compute over that of an equal baseline",
};

/** Log-log. Bars are intervals, arrows bounds, controls dashed and hollow. Empty where no slowdown is known. */
export function slowdownFigure(results: Results, layout: Layout): string {
  const points = slowdownPoints(results);
  if (points.every((point) => heightOf(point) === undefined)) return "";
  const measures = sidedMeasures(results);
  const facet = facets(
    layout,
    measures.map(({ name }) => name),
  );
  const arms = [...filteringArms(results), ...controlArms(results)];
  const labels = labelsOf(results, points);
  const sizes = [...new Set(points.map(({ parameters }) => parameters))].sort((a, b) => a - b);
  const largest = sizes[sizes.length - 1];
  const decades = Math.max(0.2, Math.log10(largest / sizes[0]));
  const room = roomForLabels(1.12 * decades, columnWidth(labels) + LEADER, facet.width);
  const x = logDomain(sizes, 0.12 * decades, room);
  const y = logDomain([...extentOf(points), 0.9, 1.5], 0.03);
  const tallest = Math.max(...measures.map(({ name }) => columnHeight(labels.filter(({ domain }) => domain === name))));
  const panel = Math.max(layout.stacked ? 240 : 290, tallest + 20);
  const column = largest * 10 ** decadesOf(LEADER, 1.12 * decades + room, facet.width);
  const pixels = (facet.width * decades) / (1.12 * decades + room);
  const by = facet.by("domain");
  const frame = logLogFrame(results, layout, {
    ...{ facet, x, y, marginBottom: 48, marginTop: 58 },
    height: 106 + panel * (layout.stacked ? 1.12 * measures.length : 1),
  });
  const data = armMarks(arms, points, by);
  const names = columnLabels({ ...frame, marks: data }, labels, { edge: largest, at: column, side: "right", by });
  const marks = [
    ...yAxis(ratioTicks(y), (value) => `${value}×`, [x[0], column]),
    ...sizeAxis(sizes, layout, pixels),
    axisTitle(TITLE[layout.stacked ? "narrow" : "wide"], -40),
    Plot.ruleY([1], { x1: () => x[0], x2: () => column, stroke: "var(--ink)", strokeOpacity: 0.6 }),
    ...names.lines,
    ...data,
    ...names.texts,
    facet.titles((name) => titleOf(measures.find((measure) => measure.name === name)!)),
  ];
  const description = `Slowdown against model size for ${measures.map(({ name }) => name).join(", ")}, one line per arm.`;
  return draw({ ...frame, marks }, description);
}

/** Which way is good differs from text to text. */
function titleOf({ name, role }: Measure): string {
  if (role === "other") return name;
  return role === "forget" ? `${name} (to forget): high is good` : `${name} (to keep): 1× is good`;
}

/** The last point of every arm in every facet, and the rule at 1. */
function labelsOf(results: Results, points: readonly ArmPoint[]): ColumnLabel[] {
  const words = armWords(results.arms);
  const largest = Math.max(...points.map(({ parameters }) => parameters));
  return sidedMeasures(results).flatMap(({ name: domain }) => {
    const rule = { domain, x: largest, y: 1, colour: "var(--ink)", name: "1×: no filter", note: "" };
    const labels = results.arms.flatMap((arm): ColumnLabel[] => {
      const own = points.filter((point) => point.arm === arm.name && point.domain === domain);
      const last = own.findLast((point) => heightOf(point) !== undefined);
      if (!last) return [];
      const place = { domain, x: last.parameters, y: heightOf(last)!, colour: armColour(arm) };
      const at = last.parameters === largest ? "" : ` at ${parameterLabel(last.parameters)}`;
      return [{ ...place, name: words.get(arm.name)!, note: `${boundedInterval(last)}${at}` }];
    });
    return labels.length > 0 ? [...labels, rule] : [];
  });
}
