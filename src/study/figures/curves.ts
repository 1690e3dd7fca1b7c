/** @file Training loss curves, one facet per size, one line per arm. */
import * as Plot from "@observablehq/plot";
import { compactCount, parameterLabel } from "../format.js";
import type { Results } from "../results.js";
import { axisNote, xAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout, type PlotOptions } from "./canvas.js";
import { logLogFrame } from "./frame.js";
import { evenTicks, logDomain, logTicks } from "./labels.js";

/** Log-log; thin lines are the training loss (each arm on its own targets), markers the validation loss where taken. */
export function curvesFigure(results: Results, layout: Layout): string {
  const names = results.sizes.map((size) => size.name);
  const points = results.runs.flatMap((run) =>
    run.history.map(({ step, loss, validation }) => ({
      ...{ size: run.size, arm: run.arm, run: `${run.arm} ${run.seed}`, loss, validation },
      tokens: (step / run.steps) * run.rawTokens,
    })),
  );
  if (points.length === 0) return "";
  const facet = facets(layout, names);
  // The first stretch of training falls from ln(vocabulary) and would flatten all the rest.
  const late = points.filter((point) => point.tokens > (0.02 * Math.max(...points.map(({ tokens }) => tokens))) / 10);
  const x = logDomain(
    late.map((point) => point.tokens),
    0.03,
  );
  const y = logDomain(
    late.map((point) => point.loss),
    0.015,
  );
  const height = layout.stacked ? 60 + 190 * names.length : 320;
  const common = { x: "tokens", stroke: "arm", ...facet.by("size") };
  const options: PlotOptions = {
    ...logLogFrame(results, layout, { facet, height, marginBottom: 48, x, y }),
    marks: [
      ...yAxis(evenTicks(y), String),
      ...xAxis(logTicks(x, layout.stacked ? 6 : 4), compactCount),
      axisNote("training tokens read", layout),
      Plot.line(late, { ...common, y: "loss", z: "run", strokeWidth: 1.3, strokeOpacity: 0.9 }),
      Plot.dot(
        late.filter((point) => point.validation !== undefined),
        { ...common, y: "validation", symbol: "arm", r: 2.6, strokeWidth: 1.2, fill: "var(--paper)" },
      ),
      facet.titles((name) => parameterLabel(results.sizes.find((size) => size.name === name)!.parameters)),
    ],
  };
  return draw(options, "Training loss against tokens read, one panel per model size, one line per arm.");
}
