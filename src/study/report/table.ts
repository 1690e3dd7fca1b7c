/** @file A table of a report. */
import { type Html, html } from "./html.js";

/** A table from cells; columns are left-aligned text up to `textColumns`, numbers after. */
export function table(
  caption: string,
  header: readonly (string | Html)[],
  rows: readonly Row[],
  textColumns = 1,
): Html {
  const kind = (column: number) => (column < textColumns ? "" : "number");
  return html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr>${header.map((cell, i) => html`<th scope="col" class="${kind(i)}">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    (
      row,
    ) => html`<tr class="${row.first ? "first" : ""}">${row.cells.map((cell, i) => html`<td class="${kind(i)}">${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}
/** One row; `first` draws a line above it. */
export interface Row {
  first?: boolean;
  cells: readonly (string | Html)[];
}
