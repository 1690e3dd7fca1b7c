/**
 * @file Names of lines in a column beside them: a name, a note below it, and a dotted line from the last point of each.
 *
 * Labels stand in the column, never in the data, and are moved apart where they would cover each other.
 */
import * as Plot from "@observablehq/plot";
import { type PlotOptions, pixelScale } from "./canvas.js";
import { dodgeWithin } from "./labels.js";
import { LABEL_TEXT } from "./palette.js";

export interface ColumnLabel {
  /** Name of its facet. */
  domain: string;
  /** Where the line ends, in values of the axes. */
  x: number;
  y: number;
  colour: string;
  name: string;
  /** Said below the name, muted; empty for none. */
  note: string;
}

/** Pixels between the end of the data and the column: room for the lines to it. */
export const LEADER = 18;

const LINE = 14;
const GAP = 3;
/** Between the first and the last label and what stands above and below the frame. */
const CLEARANCE = 12;

/** Height in pixels that a column of labels needs. */
export const columnHeight = (labels: readonly ColumnLabel[]) =>
  labels.length * (GAP + LINE * (labels.some(({ note }) => note !== "") ? 2 : 1)) + 2 * CLEARANCE;

/** Width in pixels that the labels need, about. */
export function columnWidth(labels: readonly ColumnLabel[]): number {
  return Math.max(0, ...labels.map(({ name, note }) => Math.max(6.6 * name.length, 5.7 * note.length))) + 26;
}

/**
 * Places the labels of every facet.
 *
 * @returns lines, to be drawn below the data, and texts, to be drawn above all else
 * @param edge - where the data ends on the horizontal axis, in its values: a line runs level up to there
 * @param at - where the column stands
 * @param side - on which side of `at` the text runs
 */
export function columnLabels(
  options: PlotOptions,
  labels: readonly ColumnLabel[],
  { edge, at, side, by }: { edge: number; at: number; side: "left" | "right"; by: object },
): { lines: Plot.Markish[]; texts: Plot.Markish[] } {
  const scale = pixelScale(options, "y");
  const domain = (options.y as { domain: [number, number] }).domain;
  const [top, bottom] = [scale.apply(domain[1]), scale.apply(domain[0])];
  const [textAnchor, sign] = side === "right" ? (["start", 1] as const) : (["end", -1] as const);
  const facets = [...new Set(labels.map(({ domain }) => domain))].map((facet) => {
    const own = labels.filter((label) => label.domain === facet);
    const rows = own.some(({ note }) => note !== "") ? 2 : 1;
    const moved = dodgeWithin(
      own.map(({ y }) => scale.apply(y)),
      GAP + LINE * rows,
      [top + CLEARANCE, bottom - LINE * (rows - 1) - CLEARANCE],
    );
    const placed = own.map((label, index) => ({ ...label, at, labelled: scale.invert(moved[index]) }));
    const text = { ...by, x: "at", y: "labelled", textAnchor, dx: 6 * sign } as const;
    const corners = placed.flatMap(({ name, x, y, labelled }) => [
      { name, domain: facet, x, y },
      { name, domain: facet, x: edge, y },
      { name, domain: facet, x: at, y: labelled },
    ]);
    const colours = new Map(placed.map(({ name, colour }) => [name, colour]));
    const lines = Plot.line(corners, {
      ...{ ...by, x: "x", y: "y", z: "name", stroke: ({ name }: { name: string }) => colours.get(name) },
      ...{ strokeWidth: 1, strokeDasharray: "1 2", className: "leader" },
    });
    const texts = [
      Plot.text(placed, { ...text, text: "name", fill: (label: ColumnLabel) => label.colour, ...LABEL_TEXT }),
      Plot.text(
        placed.filter(({ note }) => note !== ""),
        { ...text, text: "note", fill: "var(--muted)", fontSize: 11, stroke: "var(--paper)", strokeWidth: 4, dy: LINE },
      ),
    ];
    return { lines, texts };
  });
  return { lines: facets.map((facet) => facet.lines), texts: facets.flatMap((facet) => facet.texts) };
}
