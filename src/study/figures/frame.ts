/** @file What the log-log figures of a study share: their frame, and the names at the ends of their lines. */
import * as Plot from "@observablehq/plot";
import { type facets, type Layout, type PlotOptions, pixelScale } from "./canvas.js";
import { dodge } from "./labels.js";
import { armScales, LABEL_TEXT, type ShownArm } from "./palette.js";

export interface Frame {
  facet: ReturnType<typeof facets>;
  /** Pixels. */
  height: number;
  marginBottom: number;
  /** More than the usual where an axis title stands above the titles of facets. */
  marginTop?: number;
  /** Domains of the logarithmic scales. */
  x: [number, number];
  y: [number, number];
}

/** Log-log scales without axes (axes.ts draws them), arms by colour and symbol. */
export function logLogFrame(
  { arms }: { arms: readonly ShownArm[] },
  layout: Layout,
  { facet, height, marginBottom, marginTop = 40, x, y }: Frame,
) {
  const { color, symbol } = armScales(arms);
  return {
    width: layout.width,
    height,
    ...{ marginTop, marginLeft: 44, marginRight: 8, marginBottom },
    ...facet.scale,
    x: { type: "log", domain: x, axis: null },
    y: { type: "log", domain: y, axis: null },
    color,
    symbol: symbol as Plot.ScaleOptions,
  } satisfies PlotOptions;
}

/** Names beside the last points of lines, moved apart where they would overlap. */
export function endLabels<Point extends { domain: string }>(
  options: PlotOptions,
  ends: readonly Point[],
  {
    x,
    y,
    text,
    side,
    by,
  }: {
    x: keyof Point & string;
    y: keyof Point & string;
    text: Plot.ChannelValue;
    /** Of the point on which the name stands, and how far, pixels. */
    side: { textAnchor: "start" | "end"; dx: number };
    by: object;
  },
): Plot.Markish[] {
  const toPixel = pixelScale(options, "y").apply;
  const domains = [...new Set(ends.map(({ domain }) => domain))];
  return domains.flatMap((domain) => {
    const points = ends.filter((point) => point.domain === domain);
    const at = points.map((point) => toPixel(Number(point[y])));
    const moved = dodge(at, 15);
    return points.map((point, i) =>
      Plot.text([point], { ...by, x, y, text, fill: "arm", ...side, dy: moved[i] - at[i], ...LABEL_TEXT }),
    );
  });
}
