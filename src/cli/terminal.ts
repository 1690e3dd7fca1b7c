/** @file Text for terminals: percentages, bars, tables, colour only where it is welcome, hostile text made harmless. */

/** 0.0123 -> "1.23 %"; what rounds to nothing but is something says so. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.005) return "<0.01 %";
  return `${value.toFixed(value >= 99.995 || value === 0 ? 0 : 2)} %`;
}

/** Styles of text; each leaves it alone where colour is not welcome. */
export interface Paint {
  isColoured: boolean;
  bold(text: string): string;
  dim(text: string): string;
  underline(text: string): string;
  forget(text: string): string;
  retain(text: string): string;
}

/** Colour on a terminal, unless NO_COLOR (no-color.org) or a dumb terminal says otherwise. */
export function paintFor(stream: { isTTY?: boolean } = process.stdout, env: NodeJS.ProcessEnv = process.env): Paint {
  const isColoured = stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  const style = (on: string, off: string) => (text: string) => (isColoured ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  return {
    isColoured,
    bold: style("1", "22"),
    dim: style("2", "22"),
    underline: style("4", "24"),
    // Orange and blue: told apart in all common kinds of colour blindness, on light and dark.
    forget: style("38;5;208", "39"),
    retain: style("38;5;67", "39"),
  };
}

/** Columns to fill: the terminal's, within reason. */
export function columnsOf(stream: { columns?: number } = process.stdout): number {
  return Math.max(80, Math.min(stream.columns || 100, 120));
}

/** A horizontal bar of `share` of `width` columns, to an eighth of a column; what is not nothing is visible. */
export function bar(share: number, width: number): string {
  if (!(share > 0)) return "";
  const eighths = Math.max(1, Math.round(Math.min(share, 1) * width * 8));
  return "█".repeat(eighths >> 3) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7];
}

/** Columns of text: the first and untitled ones to the left, the others to the right; cells hold no styles yet. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string[] {
  const widths = header.map((title, k) => Math.max(title.length, ...rows.map((row) => row[k].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, k) => (k === 0 || header[k] === "" ? cell.padEnd(widths[k]) : cell.padStart(widths[k])))
      .join("  ")
      .trimEnd();
  return [paint.dim(line(header)), ...rows.map(line)];
}

/** A text cut to `width` columns, its end kept: sources differ at their ends. */
export function clipped(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
}

const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu;
const SHORT: Record<string, string> = { "\n": "\\n", "\t": "\\t", "\r": "\\r" };

/**
 * Corpus text made safe to print: control and format characters (escape sequences, direction overrides, unassigned
 * ones) are spelt out. Text may hold anything, and a terminal obeys what it is sent.
 */
export function printable(text: string): string {
  return text.replace(
    UNSEEN,
    (character) => SHORT[character] ?? `\\u{${character.codePointAt(0)!.toString(16).padStart(2, "0")}}`,
  );
}
