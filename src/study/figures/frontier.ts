/** @file The forget-retain frontier: loss on the text to forget against loss on the text to keep, a point per size. */
import * as Plot from "@observablehq/plot";
import { lossOf, sidedMeasures } from "../cells.js";
import { parameterLabel } from "../format.js";
import type { Results } from "../results.js";
import { axisNote, roomForLabels, xAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout, type PlotOptions } from "./canvas.js";
import { endLabels, logLogFrame } from "./frame.js";
import { evenTicks, logDomain } from "./labels.js";

interface Point {
  arm: string;
  domain: string;
  size: string;
  retain: number;
  forget: number;
}

/** Log-log; up and to the left is better: more forgotten at the same loss on what is kept. Empty without both sides. */
export function frontierFigure(results: Results, layout: Layout): string {
  const { forget } = results.findings;
  const kept = sidedMeasures(results).filter((measure) => measure.role === "retain");
  if (!forget || kept.length === 0) return "";
  const names = kept.map((measure) => measure.name);
  const points = results.cells.flatMap((cell) =>
    names.map((domain): Point => {
      const { arm, size } = cell;
      return { arm, domain, size, retain: lossOf(cell, domain), forget: lossOf(cell, forget) };
    }),
  );
  const facet = facets(layout, names);
  const retained = points.map((point) => point.retain);
  const decades = 1.08 * Math.log10(Math.max(...retained) / Math.min(...retained));
  const x = logDomain(retained, roomForLabels(decades, 84, facet.width), 0.08 * decades);
  const forgotten = points.map((point) => point.forget);
  const height = Math.log10(Math.max(...forgotten) / Math.min(...forgotten));
  const y = logDomain(forgotten, 0.12 * height, 0.08 * height);
  const common = { x: "retain", y: "forget", stroke: "arm", ...facet.by("domain") };
  const baseline = results.arms.find((arm) => arm.method === "none")!.name;
  const options: PlotOptions = {
    ...logLogFrame(results, layout, {
      ...{ facet, x, y, marginBottom: layout.stacked ? 60 : 48 },
      height: layout.stacked ? 80 + 300 * names.length : 420,
    }),
    marks: [
      ...yAxis(evenTicks(y), String),
      ...xAxis(evenTicks(x, 6), String),
      axisNote(
        `loss on the text to keep, nats per token${layout.stacked ? "\n" : " "}(further left: better kept)`,
        layout,
      ),
      Plot.text([`↑ loss on ${forget} text`], {
        ...{ frameAnchor: "top-left", facetAnchor: "top-left", textAnchor: "start", dx: 6, dy: 14 },
        ...{ fill: "var(--muted)", stroke: "var(--paper)", strokeWidth: 4 },
      } as Plot.TextOptions),
      Plot.line(points, { ...common, z: "arm", strokeWidth: 2 }),
      Plot.dot(points, { ...common, symbol: "arm", r: 4, strokeWidth: 1.8, fill: "arm" }),
      Plot.text(
        points.filter((point) => point.arm === baseline),
        {
          ...{
            x: "retain",
            y: "forget",
            ...facet.by("domain"),
            text: (point: Point) => sizeLabel(results, point.size),
          },
          ...{ textAnchor: "start", dx: 8, dy: 9, fontSize: 11, fill: "var(--muted)" },
        },
      ),
      facet.titles((name) => `${name} (retain)`),
    ],
  };
  const largest = results.sizes.at(-1)!.name;
  const labels = endLabels(
    options,
    points.filter((point) => point.size === largest),
    { x: "retain", y: "forget", text: "arm", side: { textAnchor: "end", dx: -11 }, by: facet.by("domain") },
  );
  const description = `Loss on ${forget} text against loss on ${names.join(" and ")} text, one line per arm, a point per size.`;
  return draw({ ...options, marks: [...options.marks!, ...labels] }, description);
}

function sizeLabel({ sizes }: Results, name: string): string {
  return parameterLabel(sizes.find((size) => size.name === name)!.parameters);
}
