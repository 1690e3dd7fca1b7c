/** @file The table a study ends with in the terminal: at most 100 columns, plain text. */
import { baselineName, ladderCells, slowdownOf, statisticAt } from "./cells.js";
import { bounded, interval, listed, parameterLabel } from "./format.js";
import type { Results } from "./results.js";

/** Domains to keep that get a column of their own. */
const MOST_RETAIN_COLUMNS = 2;

/** Per size and arm: forget loss, slowdown on forget text, on each domain to keep, and selectivity with its interval. */
export function resultTable(results: Results): string {
  const forget = results.findings.forget ?? results.measures[0].name;
  const kept = results.measures.filter(({ role, domains }) => role === "retain" && domains.length === 1);
  const columns = kept.slice(0, MOST_RETAIN_COLUMNS).map(({ name }) => name);
  const header = ["size", "arm", "seeds", "loss", forget, ...columns, "selectivity"];
  const baseline = baselineName(results);
  const ladder = ladderCells(results);
  const rows = ladder.map((cell) => {
    const first = ladder.find((candidate) => candidate.size === cell.size) === cell;
    const loss = cell.losses.find(({ measure }) => measure === forget)?.value ?? Number.NaN;
    const slowdown = (measure: string) => {
      const found = slowdownOf(results, cell.size, cell.arm, measure);
      return found && cell.arm !== baseline ? bounded(found) : "";
    };
    const selectivity = statisticAt(results.selectivity, cell.size, cell.arm);
    return [
      first ? parameterLabel(cell.parameters) : "",
      cell.arm,
      String(cell.seeds),
      Number.isNaN(loss) ? "–" : loss.toFixed(3),
      slowdown(forget),
      ...columns.map(slowdown),
      selectivity ? `${bounded(selectivity)} ${interval(selectivity).padEnd(12)}` : "",
    ];
  });
  return [
    alignColumns(header, rows),
    `Loss: on ${forget} text, nats per token. Under ${listed([forget, ...columns])}: slowdown on such text,`,
    "compute spent over the compute at which the baseline has the same loss (1 = no effect; ≥, ≤: outside",
    "what was measured). Selectivity: slowdown on what is to be forgotten over that on what is to be",
    "kept; a random filter has 1. [ ]: 95 %, over test documents and training noise.",
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
