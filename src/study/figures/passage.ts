/**
 * @file One passage as a picture, for places that take no coloured text (a README).
 *
 * Letters of a monospaced font are stretched to a fixed width (textLength), so that tokens sit where their boxes are,
 * whatever font the reader has. Text is escaped: it comes from the corpus.
 */
import { escapeHtml } from "../escape.js";
import type { Passage } from "../results.js";
import { standAlone } from "./canvas.js";
import type { Theme } from "./palette.js";

const CHARACTER = 7.4;
const LINE = 27;
const FONT = `font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="12.3"`;

interface Piece {
  text: string;
  column: number;
  row: number;
  score: number;
  isForget: boolean;
}

/** Draws a passage of at most `columns` characters a line: shade = score, line above = filtered, line below = truth. */
export function passageFigure(
  { tokens, threshold }: Passage,
  forget: readonly string[],
  { columns = 100, theme = "light" }: { columns?: number; theme?: Theme } = {},
): string {
  const pieces = layOut(tokens, forget, columns);
  const rows = 1 + Math.max(0, ...pieces.map((piece) => piece.row));
  const marks = pieces.map(({ text, column, row, score, isForget }) => {
    const [x, y, width] = [column * CHARACTER, row * LINE, [...text].length * CHARACTER];
    const line = (at: number, colour: string) =>
      `<rect x="${x.toFixed(1)}" y="${at}" width="${width.toFixed(1)}" height="2" fill="${colour}"/>`;
    return [
      `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="20" fill="var(--forget)" fill-opacity="${(0.62 * score).toFixed(3)}"/>`,
      score >= threshold ? line(y - 1, "var(--forget)") : "",
      isForget ? line(y + 20, "var(--ink)") : "",
      `<text x="${x.toFixed(1)}" y="${y + 14.5}" textLength="${width.toFixed(1)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escapeHtml(text)}</text>`,
    ].join("");
  });
  const legend = `<text y="${rows * LINE + 18}" fill="var(--muted)" font-family="system-ui, sans-serif" font-size="12">shade: score · line above: filtered (score ≥ ${threshold.toFixed(2)}) · line below: ${escapeHtml(forget.join(", "))} according to the held-out truth</text>`;
  const size = [Math.ceil(columns * CHARACTER), rows * LINE + 24];
  return standAlone(
    `<svg viewBox="0 0 ${size[0]} ${size[1]}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="A held-out passage, tokens shaded by score"><g ${FONT} fill="var(--ink)">${marks.join("")}</g>${legend}</svg>`,
    theme,
  );
}

/** Places tokens on lines of at most `columns` characters; a token that does not fit begins the next line. */
function layOut(tokens: Passage["tokens"], forget: readonly string[], columns: number): Piece[] {
  const pieces: Piece[] = [];
  let [row, column] = [0, 0];
  for (const { text, score, truth } of tokens) {
    for (const [i, part] of text.split("\n").entries()) {
      if (i > 0) [row, column] = [row + 1, 0];
      let visible = part.replace(/\t/g, "  ").replace(/\p{Cc}/gu, "\ufffd");
      if (column + [...visible].length > columns) {
        [row, column] = [row + 1, 0];
        visible = visible.trimStart();
      }
      if (visible === "") continue;
      pieces.push({ text: visible, column, row, score, isForget: truth !== null && forget.includes(truth) });
      column += [...visible].length;
    }
  }
  return pieces;
}
