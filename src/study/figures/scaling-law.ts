/** @file The baseline's scaling law with the arms' points: where a slowdown is read off. */
import * as Plot from "@observablehq/plot";
import { baselineName, lossOf, QUOTED, sidedMeasures, slowdownOf } from "../cells.js";
import { ratio } from "../format.js";
import type { Results } from "../results.js";
import { roomForLabels, sizeAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout, type PlotOptions } from "./canvas.js";
import { endLabels, logLogFrame } from "./frame.js";
import { evenTicks, logDomain } from "./labels.js";
import { LABEL_TEXT } from "./palette.js";

interface Point {
  arm: string;
  domain: string;
  flops: number;
  loss: number;
}

/** Log-log; the line is the fit, dashed beyond the sizes trained; arrows span the slowdowns at the largest size. */
export function scalingFigure(results: Results, layout: Layout): string {
  const names = sidedMeasures(results).map((measure) => measure.name);
  const facet = facets(layout, names);
  const points = results.cells.flatMap((cell) =>
    names.map((domain): Point => ({ arm: cell.arm, domain, flops: cell.flops, loss: lossOf(cell, domain) })),
  );
  const largest = results.sizes.at(-1)!.name;
  const forget = results.findings.forget;
  const spans = results.cells
    .flatMap((cell) => {
      const slowdown = forget ? slowdownOf(results, cell.size, cell.arm, forget, QUOTED) : undefined;
      if (cell.size !== largest || cell.arm === baselineName(results) || !forget || !slowdown?.value) return [];
      const from = cell.flops / slowdown.value;
      return [
        {
          arm: cell.arm,
          domain: forget,
          from,
          to: cell.flops,
          loss: lossOf(cell, forget),
          label: `${ratio(slowdown.value)}×`,
        },
      ];
    })
    .filter(({ domain }) => names.includes(domain));
  const flops = points.map((point) => point.flops);
  const computes = [...flops, ...spans.map((span) => span.from)];
  const decades = 1.1 * Math.log10(Math.max(...computes) / Math.min(...computes));
  const x = logDomain(computes, 0.06 * decades, roomForLabels(decades, 84, facet.width));
  const lossRange = points.map((point) => point.loss);
  const y = logDomain(lossRange, 0.02);
  const fits = results.fits
    .filter((fit) => fit.arm === baselineName(results) && names.includes(fit.measure))
    .map(({ measure, intercept, slope, range: [from, to] }) => {
      const at = (compute: number): Point => {
        const loss = Math.exp(intercept + (slope.value ?? 0) * Math.log(compute));
        return { arm: baselineName(results)!, domain: measure, flops: compute, loss };
      };
      // Extended to the left until it leaves the frame at its side or its top.
      const atTop = slope.value ? Math.exp((Math.log(y[1]) - intercept) / slope.value) : from;
      return { inside: [at(from), at(to)], outside: [at(Math.min(from, Math.max(x[0], atTop))), at(to)] };
    });
  const common = { stroke: "arm", ...facet.by("domain") };
  const line = { ...common, x: "flops", y: "loss", strokeWidth: 1.6 };
  const options: PlotOptions = {
    ...logLogFrame(results, layout, {
      ...{ facet, x, y, marginBottom: layout.stacked ? 60 : 48 },
      height: layout.stacked ? 60 + 270 * names.length : 380,
    }),
    marks: [
      ...yAxis(evenTicks(y), String),
      ...sizeAxis(results, layout),
      ...fits.flatMap(({ inside, outside }) => [
        Plot.line(outside, { ...line, strokeDasharray: "4 4" }),
        Plot.line(inside, line),
      ]),
      Plot.line(points, { ...common, x: "flops", y: "loss", z: "arm", strokeWidth: 1, strokeOpacity: 0.45 }),
      Plot.link(spans, {
        ...common,
        ...{ x1: "to", x2: "from", y1: "loss", y2: "loss", strokeWidth: 1.2, strokeDasharray: "1.5 2.5" },
      }),
      Plot.text(spans, {
        ...facet.by("domain"),
        x: (span) => Math.sqrt(span.from * span.to),
        ...{ y: "loss", text: "label", fill: "arm", dy: -8, ...LABEL_TEXT },
      }),
      Plot.dot(points, { ...common, x: "flops", y: "loss", symbol: "arm", r: 4, strokeWidth: 1.8, fill: "arm" }),
      facet.titles((name) => `loss on ${name} text`),
    ],
  };
  const most = Math.max(...flops);
  const labels = endLabels(
    options,
    points.filter((point) => point.flops === most),
    { x: "flops", y: "loss", text: "arm", side: { textAnchor: "start", dx: 10 }, by: facet.by("domain") },
  );
  return draw(
    { ...options, marks: [...options.marks!, ...labels] },
    `Loss against training compute for ${names.join(", ")}, with the baseline's fitted line.`,
  );
}
