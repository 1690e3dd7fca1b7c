/** @file What aligned models refuse, against size: forget-domain questions and general instructions (paper Figs 9 and 20). */
import * as Plot from "@observablehq/plot";
import type { Alignment } from "../alignment/results.js";
import { parameterLabel, percent } from "../format.js";
import { apart, axisNote, roomForLabels, xAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout, type PlotOptions } from "./canvas.js";
import { endLabels } from "./frame.js";
import { logDomain } from "./labels.js";
import { armScales, isShown, type ShownArm } from "./palette.js";

const TITLES = { forget: "forget-domain questions", general: "general instructions" } as const;
const FORM_TITLES = { prose: "by a sentence", token: "by the token" } as const;

/** One form of refusal: two panels, a line per arm, 95 % intervals over seeds and questions. Empty without cells of the form. */
export function refusalFigure(
  { cells }: Pick<Alignment, "cells">,
  form: keyof typeof FORM_TITLES,
  layout: Layout,
): string {
  const points = cells
    .filter((cell) => cell.form === form && isShown(cell.arm === "baseline" ? "none" : cell.arm))
    .flatMap(({ arm, parameters, rates }) =>
      (["forget", "general"] as const).flatMap((kind) => {
        const { value, low, high } = rates[kind];
        return value === null ? [] : [{ domain: kind, arm, parameters, value, low: low!, high: high! }];
      }),
    );
  if (points.length === 0) return "";
  const arms = [...new Set(points.map(({ arm }) => arm))].map((name): ShownArm => {
    const method = name === "baseline" ? "none" : name;
    return { name, method: method as ShownArm["method"] };
  });
  const facet = facets(layout, ["forget", "general"]);
  const sizes = [...new Set(points.map(({ parameters }) => parameters))].sort((a, b) => a - b);
  const decades = Math.max(0.3, Math.log10(sizes[sizes.length - 1] / sizes[0]));
  const { color, symbol } = armScales(arms);
  const common = { x: "parameters", stroke: "arm", ...facet.by("domain") };
  const labelled = sizes.length > 1 ? apart(sizes) : sizes;
  const options: PlotOptions = {
    width: layout.width,
    height: layout.stacked ? 560 : 360,
    ...{ marginTop: 40, marginLeft: 48, marginRight: 8, marginBottom: layout.stacked ? 60 : 48 },
    ...facet.scale,
    x: {
      type: "log",
      domain: logDomain(sizes, 0.08 * decades, roomForLabels(1.1 * decades, 112, facet.width)),
      axis: null,
    },
    y: { domain: [0, 1], axis: null },
    color,
    symbol: symbol as Plot.ScaleOptions,
    marks: [
      ...yAxis([0, 0.25, 0.5, 0.75, 1], percent),
      ...xAxis(sizes, (size) => (labelled.includes(size) ? parameterLabel(size) : "")),
      axisNote(`parameters; share refused ${FORM_TITLES[form]}`, layout),
      Plot.line(points, { ...common, y: "value", z: "arm", strokeWidth: 2 }),
      Plot.ruleX(points, { ...common, y1: "low", y2: "high", strokeWidth: 2, strokeOpacity: 0.5 }),
      Plot.dot(points, { ...common, y: "value", symbol: "arm", fill: "arm", r: 4, strokeWidth: 1.8 }),
      facet.titles((kind) => TITLES[kind as keyof typeof TITLES]),
    ],
  };
  const ends = points.filter(({ parameters }) => parameters === sizes[sizes.length - 1]);
  const labels = endLabels(options, ends, {
    ...{ x: "parameters", y: "value", text: "arm" },
    ...{ side: { textAnchor: "start", dx: 11 }, by: facet.by("domain") },
  });
  const description = `Share of questions refused ${FORM_TITLES[form]} against parameters, one line per arm: ${TITLES.forget}, and ${TITLES.general}.`;
  return draw({ ...options, marks: [...options.marks!, ...labels] }, description);
}
