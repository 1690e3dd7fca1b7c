/** @file Attacks: tokens until a capability is back against size (paper Fig. 7), and loss along each attack (Fig. 26). */
import * as Plot from "@observablehq/plot";
import { compactCount, parameterLabel, percent } from "../format.js";
import type { AttackCell, Robustness } from "../robustness/results.js";
import { axisNote, roomForLabels, xAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout, type PlotOptions } from "./canvas.js";
import { endLabels, logLogFrame } from "./frame.js";
import { evenTicks, logDomain, logTicks } from "./labels.js";
import { armColour, armDash, isShown, type ShownArm } from "./palette.js";

type Attacked = Pick<Robustness, "cells">;

/** Filtering arms first, each name once. */
function shownArms({ cells }: Attacked): ShownArm[] {
  const names = [...new Set(cells.map(({ arm }) => arm))].filter(isShown);
  const rank = (name: string) => ["document", "mask", "remove"].indexOf(name) >>> 0;
  return names.sort((a, b) => rank(a) - rank(b)).map((name) => ({ name, method: name }));
}

const colourOf = (arm: string) => (isShown(arm) ? armColour({ method: arm }) : "var(--muted)");

/** One mark per arm, for dashes are no channel. */
function armLines<Point extends { arm: string }>(
  arms: readonly ShownArm[],
  points: readonly Point[],
  options: Plot.LineOptions,
): Plot.Markish[] {
  return arms.map(({ name, method }) =>
    Plot.line(
      points.filter(({ arm }) => arm === name),
      { ...options, stroke: "arm", strokeDasharray: armDash(method).dashes },
    ),
  );
}

/** Log-log; empty when nothing had to recover. Bars are intervals over orders of the text, hollow markers lower bounds. */
export function recoveryFigure(results: Attacked, layout: Layout): string {
  const points = results.cells.flatMap(({ arm, parameters, pretrainingTokens, recovery }) => {
    const { value, low, high, share, censored } = recovery;
    if (!share || value === null) return [];
    const scale = (tokens: number | null) => (tokens ?? value) / pretrainingTokens;
    return [{ arm, parameters, share, low: scale(low), high: scale(high), censored, domain: "all" }];
  });
  if (points.length === 0) return "";
  const facet = facets(layout, ["all"]);
  const sizes = [...new Set(points.map(({ parameters }) => parameters))].sort((a, b) => a - b);
  const decades = Math.max(0.3, Math.log10(sizes[sizes.length - 1] / sizes[0]));
  const x = logDomain(sizes, 0.08 * decades, roomForLabels(1.1 * decades, 160, facet.width));
  const y = logDomain(
    points.flatMap(({ low, high }) => [low, high]),
    0.12,
  );
  const common = { x: "parameters", stroke: "arm", ...facet.by("domain") };
  const options: PlotOptions = {
    ...logLogFrame({ arms: shownArms(results) }, layout, { facet, height: 360, marginBottom: 48, x, y }),
    marks: [
      ...yAxis(logTicks(y), percent),
      ...xAxis(sizes, (size) => parameterLabel(size)),
      axisNote("parameters; tokens of forget text to recover, as a share of pretraining's", layout),
      ...armLines(shownArms(results), points, { ...common, y: "share", strokeWidth: 2 }),
      Plot.ruleX(points, { ...common, y1: "low", y2: "high", strokeWidth: 2, strokeOpacity: 0.55 }),
      Plot.dot(points, {
        ...{ ...common, y: "share", symbol: "arm", r: 4, strokeWidth: 1.8 },
        fill: ({ arm, censored }: (typeof points)[number]) => (censored > 0 ? "var(--paper)" : colourOf(arm)),
      }),
    ],
  };
  const ends = points.filter(({ parameters }) => parameters === sizes[sizes.length - 1]);
  const text = ({ arm, share, censored }: (typeof points)[number]) =>
    `${arm} ${censored > 0 ? "≥ " : ""}${percent(share)}`;
  const side = { textAnchor: "start", dx: 11 } as const;
  const labels = endLabels(options, ends, { x: "parameters", y: "share", text, side, by: facet.by("domain") });
  const description =
    "Share of pretraining tokens until the forget loss is back, against parameters, one line per arm.";
  return draw({ ...options, marks: [...options.marks!, ...labels] }, description);
}

const EDGE_MARKER = { r: 3.5, strokeWidth: 1.6, fill: "var(--paper)" } as const;

/**
 * Log-log; a panel per size, a line per arm and order of the text, the loss to reach as a dashed rule. Before the first
 * token a logarithmic axis has no place: that loss is a marker on the left edge. A few steps at a high rate do harm only;
 * what lies far above the losses before is left out, as it would squeeze the rest.
 */
export function attackCurvesFigure(results: Attacked, layout: Layout): string {
  const cells = results.cells.filter(({ runs }) => runs.length > 0);
  if (cells.length === 0) return "";
  const sizes = [...new Map(cells.map((cell) => [cell.size, cell])).values()];
  const names = sizes.map(({ size }) => size);
  const facet = facets(layout, names);
  const highest = 1.15 * Math.max(...cells.map(({ initialLoss }) => initialLoss));
  const points = cells.flatMap(curvePoints).filter(({ loss }) => loss <= highest);
  const targets = sizes.map(({ size, target }) => ({ size, target }));
  const x = logDomain(
    points.map(({ tokens }) => tokens),
    0.05,
  );
  const losses = [...points.map(({ loss }) => loss), ...cells.flatMap((cell) => [cell.target, cell.initialLoss])];
  const y = logDomain(losses, 0.02);
  const height = layout.stacked ? 60 + 190 * names.length : 330;
  const arms = shownArms(results);
  const options: PlotOptions = {
    ...logLogFrame({ arms }, layout, { facet, height, marginBottom: 48, x, y }),
    marks: [
      ...yAxis(evenTicks(y), String),
      ...xAxis(logTicks(x, layout.stacked ? 6 : 4), compactCount),
      axisNote(
        `tokens of finetuning on forget text; left edge: before it${layout.stacked ? "\n" : "; "}dashed across: loss of the unfiltered model`,
        layout,
      ),
      Plot.ruleY(targets, { y: "target", stroke: "var(--ink)", strokeDasharray: "4 3", ...facet.by("size") }),
      ...armLines(arms, points, { x: "tokens", y: "loss", z: "run", strokeWidth: 1.4, ...facet.by("size") }),
      Plot.dot(cells, {
        ...{ frameAnchor: "left", y: "initialLoss", stroke: "arm", symbol: "arm", ...EDGE_MARKER, ...facet.by("size") },
      }),
      facet.titles((name) => parameterLabel(sizes.find(({ size }) => size === name)!.parameters)),
      ...arms.flatMap(({ name, method }, row) => {
        const facetAnchor = layout.stacked ? ("top" as const) : ("right" as const);
        const corner = { frameAnchor: "top-right", facetAnchor } as const;
        const halo = { fill: colourOf(name), fontWeight: 600, stroke: "var(--paper)", strokeWidth: 4 };
        return [
          Plot.text([`${armDash(method).key} ${name}`], {
            ...{ ...corner, lineAnchor: "top", dx: -20, dy: 4 + 15 * row, ...halo },
          } as Plot.TextOptions),
          Plot.dot([name], {
            ...corner,
            ...EDGE_MARKER,
            symbol: () => name,
            dx: -10,
            dy: 10 + 15 * row,
            stroke: () => name,
          }),
        ];
      }),
    ],
  };
  return draw(
    options,
    "Held-out forget loss against tokens of finetuning, one panel per size, one line per arm and seed.",
  );
}

/** Points of a cell's runs; the one before the first step has no place on a logarithmic axis. */
function curvePoints({ arm, size, runs }: AttackCell) {
  return runs.flatMap(({ seed, curve }) =>
    curve
      .filter(({ tokens }) => tokens > 0)
      .map(({ tokens, loss }) => ({ arm, size, run: `${arm} ${seed}`, tokens, loss })),
  );
}
