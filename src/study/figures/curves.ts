/** @file Training loss curves, one facet per size, one line per arm. */
import * as Plot from "@observablehq/plot";
import { ladderOf } from "../cells.js";
import { compactCount } from "../format.js";
import type { Results } from "../results.js";
import { sizeLabel } from "../words.js";
import { axisNote, axisTitle, xAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout, type PlotOptions } from "./canvas.js";
import { logLogFrame } from "./frame.js";
import { evenTicks, logDomain, logTicks } from "./labels.js";
import { armStyle } from "./palette.js";

export interface TrainingPoint {
  size: string;
  arm: string;
  seed: number;
  step: number;
  tokens: number;
  loss: number;
  validation: number | null;
}

/** Every point of every run of the ladder. */
export function trainingPoints(results: Results): TrainingPoint[] {
  const ladder = new Set(ladderOf(results).map(({ name }) => name));
  return results.runs
    .filter(({ size }) => ladder.has(size))
    .flatMap(({ size, arm, seed, steps, rawTokens, history }) =>
      history.map(({ step, loss, validation = null }) => {
        return { size, arm, seed, step, tokens: (step / steps) * rawTokens, loss, validation };
      }),
    );
}

/** Log-log; lines are the training loss (each arm on its own targets), markers the validation loss where taken. */
export function curvesFigure(results: Results, layout: Layout): string {
  const names = ladderOf(results).map(({ name }) => name);
  const points = trainingPoints(results);
  if (points.length === 0) return "";
  const facet = facets(layout, names);
  // The first stretch of training falls from ln(vocabulary) and would flatten all the rest.
  const late = points.filter((point) => point.tokens > 0.002 * Math.max(...points.map(({ tokens }) => tokens)));
  const x = logDomain(
    late.map((point) => point.tokens),
    0.03,
  );
  const y = logDomain(
    late.flatMap(({ loss, validation }) => (validation === null ? [loss] : [loss, validation])),
    0.015,
  );
  const options: PlotOptions = {
    ...logLogFrame(results, layout, {
      ...{ facet, x, y, marginBottom: 48, marginTop: 58 },
      height: layout.stacked ? 80 + 180 * names.length : 330,
    }),
    marks: [
      ...yAxis(evenTicks(y), String),
      ...xAxis(logTicks(x, layout.stacked ? 6 : 4), compactCount),
      axisNote("training tokens read", layout),
      axisTitle("training loss, nats per token", -40),
      ...results.arms.flatMap((arm) => {
        const own = late.filter((point) => point.arm === arm.name);
        const { colour, symbol, dashes, width } = armStyle(arm);
        const place = { x: "tokens", stroke: colour, ...facet.by("size") };
        return [
          Plot.line(own, { ...place, y: "loss", z: "seed", strokeWidth: 0.6 * width, strokeDasharray: dashes }),
          Plot.dot(
            own.filter(({ validation }) => validation !== null),
            {
              ...{ ...place, y: "validation", symbol: symbol as Plot.SymbolType, r: 2.4 },
              ...{ strokeWidth: 1.1, fill: "var(--paper)" },
            },
          ),
        ];
      }),
      facet.titles((name) => `${sizeLabel(results, name)} parameters`),
    ],
  };
  return draw(options, "Training loss against tokens read, one panel per model size, one line per arm and seed.");
}
