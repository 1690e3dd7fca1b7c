/** @file The table a study ends with in the terminal: at most 100 columns, plain text. */
import { QUOTED, slowdownOf } from "./cells.js";
import { interval, parameterLabel, ratio } from "./format.js";
import type { Results } from "./results.js";

/** Domains to keep that get a column of their own. */
const MOST_RETAIN_COLUMNS = 3;

/** Per size and arm: forget loss, slowdown on forget text with its interval, slowdown on each domain to keep. */
export function resultTable(results: Results): string {
  const forget = results.findings.forget ?? results.measures[0].name;
  const kept = results.measures.filter(({ role, domains }) => role === "retain" && domains.length === 1);
  const columns = kept.slice(0, MOST_RETAIN_COLUMNS).map(({ name }) => name);
  const header = ["size", "arm", `${forget} loss`, `slowdown ${forget}`, ...columns];
  const rows = results.cells.map((cell) => {
    const first = results.cells.find((candidate) => candidate.size === cell.size) === cell;
    const loss = cell.losses.find(({ measure }) => measure === forget)?.value ?? Number.NaN;
    const slowdown = (measure: string) => slowdownOf(results, cell.size, cell.arm, measure, QUOTED);
    const main = slowdown(forget);
    return [
      first ? parameterLabel(cell.parameters) : "",
      cell.arm,
      Number.isNaN(loss) ? "–" : loss.toFixed(3),
      main ? `${mark(main)} ${interval(main).padEnd(12)}` : "–",
      ...columns.map((measure) => mark(slowdown(measure))),
    ];
  });
  return [
    alignColumns(header, rows),
    "Slowdown: compute spent over the compute at which the baseline has the same loss (1 = no effect).",
    `Loss in nats per token. [ ]: 95 %, ${seedsNote(results)}. *: beyond the trained sizes.`,
  ].join("\n");
}

/** Plain text in columns under a ruled header: the first two to the left, the rest to the right. */
export function alignColumns(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => (column < 2 ? text.padEnd(widths[column]) : text.padStart(widths[column])))
      .join("  ")
      .trimEnd();
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function mark(slowdown: { value: number | null; extrapolated: boolean } | undefined): string {
  if (!slowdown || slowdown.value === null) return "– ";
  return `${ratio(slowdown.value)}${slowdown.extrapolated ? "*" : " "}`;
}

function seedsNote({ cells }: Results): string {
  return cells.some((cell) => cell.seeds > 1)
    ? "test documents and seeds resampled"
    : "test documents resampled, one seed";
}
