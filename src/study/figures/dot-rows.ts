/**
 * @file A figure of rows: one thing measured per row, one dot per arm with its interval, and a tick where chance lies.
 *
 * Bars would begin at zero and say nothing there; what matters is how far an arm is from chance and from the others.
 */
import * as Plot from "@observablehq/plot";
import { draw, type Layout, type PlotOptions } from "./canvas.js";
import { armScales, type ShownArm } from "./palette.js";

export interface DotRow {
  /** The heading the row stands under, "" for none. */
  section: string;
  label: string;
  chance: number | null;
  points: readonly { arm: string; value: number; low: number; high: number }[];
}

export interface RowsOptions {
  arms: readonly ShownArm[];
  /** Of the horizontal axis, linear. */
  ticks: (value: number) => string;
  axis: string;
  description: string;
}

const LANE = 9;
const HEADING = 26;

/** Empty without rows. Rows keep their order; sections are told once, above their first row. */
export function dotRows(rows: readonly DotRow[], { arms, ticks, axis, description }: RowsOptions, layout: Layout) {
  if (rows.length === 0) return "";
  const left = layout.stacked ? 128 : 240;
  const height = arms.length * LANE + 12;
  let top = 8;
  const placed = rows.map((row, index) => {
    const isFirst = row.section !== "" && rows[index - 1]?.section !== row.section;
    if (isFirst) top += HEADING;
    const at = top;
    top += height;
    return { row, at, heading: isFirst ? at - 8 : null };
  });
  const lane = (arm: string) => 10 + LANE * arms.findIndex(({ name }) => name === arm);
  const points = placed.flatMap(({ row, at }) => row.points.map((point) => ({ ...point, y: at + lane(point.arm) })));
  const values = [...points.flatMap(({ low, high }) => [low, high]), ...rows.flatMap(({ chance }) => chance ?? [])];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = 0.04 * (most - least || 1);
  const { color, symbol } = armScales(arms);
  const muted = { fill: "var(--muted)" };
  const text = (x: number, anchor: "start" | "end") => ({ frameAnchor: "left" as const, textAnchor: anchor, dx: x });
  const options: PlotOptions = {
    width: layout.width,
    height: top + 58,
    ...{ marginTop: 4, marginLeft: left, marginRight: 12, marginBottom: 46 },
    x: { domain: [least - margin, most + margin], axis: null },
    y: { domain: [top, 0], range: [top, 4], axis: null },
    color,
    symbol: symbol as Plot.ScaleOptions,
    marks: [
      Plot.gridX({ ticks: layout.stacked ? 4 : 7, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.axisX({
        ...{ ticks: layout.stacked ? 4 : 7, tickFormat: ticks, tickSize: 0, label: null, color: "var(--muted)" },
      }),
      Plot.text([axis], { ...text(-left, "start"), frameAnchor: "bottom-left", dy: 36, ...muted }),
      Plot.text(placed, {
        ...{ ...text(-12, "end"), y: ({ at }: (typeof placed)[number]) => at + height / 2, fill: "var(--ink)" },
        ...{ text: ({ row }: (typeof placed)[number]) => row.label, lineWidth: layout.stacked ? 9.5 : 19 },
      }),
      Plot.text(
        placed.filter(({ heading }) => heading !== null),
        {
          ...{ ...text(-left, "start"), y: "heading", fontWeight: 600, fontSize: 13, fill: "var(--ink)" },
          text: ({ row }: (typeof placed)[number]) => row.section,
        },
      ),
      Plot.ruleX(
        placed.filter(({ row }) => row.chance !== null),
        {
          ...{ x: ({ row }: (typeof placed)[number]) => row.chance, y1: "at", stroke: "var(--ink)" },
          ...{ y2: ({ at }: (typeof placed)[number]) => at + height, strokeDasharray: "3 3", strokeOpacity: 0.7 },
        },
      ),
      Plot.ruleY(points, { x1: "low", x2: "high", y: "y", stroke: "arm", strokeWidth: 2, strokeOpacity: 0.5 }),
      Plot.dot(points, { x: "value", y: "y", symbol: "arm", fill: "arm", stroke: "arm", r: 3.6 }),
    ],
  };
  return draw(options, description);
}
