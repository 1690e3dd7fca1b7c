/** @file Statistics of a scoring job as text: two score charts side by side, and tables, for a terminal 80 columns or wider. */
import { grouped } from "../base/errors.js";
import { cutOf } from "../filter/forget.js";
import type { JobStats } from "../filter/stats/index.js";
import { compact } from "./live.js";
import { bar, clipped, columnsOf, type Paint, percent, printable, table } from "./terminal.js";

interface Drawing {
  paint: Paint;
  columns: number;
}

interface Look {
  paint: Paint;
  columns?: number;
  /** Sources to list. */
  sources: number;
}

/** Statistics as text for a terminal of `columns` columns. */
export function renderStats(stats: JobStats, { paint, columns = columnsOf(), sources }: Look): string {
  const { thresholds } = stats;
  const documents = `${grouped(stats.documents)} documents of ${grouped(stats.inputs)} ${stats.inputs === 1 ? "input" : "inputs"}`;
  return [
    paint.bold(`${printable(stats.domain)}: ${grouped(stats.tokens)} tokens in ${documents}`),
    `${compact(stats.textBytes).replace(/[kMG]?$/, " $&B")} of text. Of ${grouped(stats.rows - stats.lost)} records ${grouped(stats.empty)} were empty and ${grouped(stats.bad)} set aside as unreadable.`,
    ...(stats.lost > 0
      ? [`Parts of files that could not be read: ${grouped(stats.lost)}. How many documents were in them is unknown.`]
      : []),
    ...(stats.unfamiliar > 0
      ? [
          `Unfamiliar documents: ${grouped(stats.unfamiliar)}. Most of their words are new to the classifier, so their scores are not calibrated.`,
        ]
      : []),
    "",
    paint.bold("Scores") + paint.dim("  (bars on a square-root scale; > holds the threshold)"),
    ...scoreBars(stats, { paint, columns }),
    "",
    paint.bold("Documents by share of forget tokens"),
    ...shareBars(stats, { paint, columns }),
    "",
    paint.bold("What a threshold would take"),
    ...table(
      ["threshold", "tokens masked", "documents dropped", "tokens in them", ""],
      stats.wouldTake.map(({ threshold, bestF1, maskedTokens, droppedDocuments, droppedTokens }) => [
        threshold.toFixed(3),
        ...[maskedTokens, droppedDocuments, droppedTokens].map(percent),
        ["", `best F1: ${bestF1[0]}s`, "best F1: both"][bestF1.length],
      ]),
      paint,
    ),
    "",
    paint.bold("Sources") +
      paint.dim(`  (forget: tokens >= ${thresholds.token.toFixed(3)}, documents >= ${thresholds.document.toFixed(3)})`),
    ...sourceTable(stats, { paint, columns, sources }),
  ].join("\n");
}

/** Rows of the score chart: 16 stored scores each. */
const ROWS = 16;

/** Tokens and documents by score, side by side. */
function scoreBars(stats: JobStats, { paint, columns }: Drawing): string[] {
  const width = Math.floor((columns - 46) / 2);
  const halves = [
    scoreColumn(stats.tokenHistogram, stats.thresholds.token, width, paint),
    scoreColumn(stats.documentHistogram, stats.thresholds.document, width, paint),
  ];
  const title = `score      ${"tokens".padEnd(18 + width)}documents`;
  return [
    paint.dim(title),
    ...Array.from({ length: ROWS }, (_, row) => {
      const [from, to] = [(row * 256) / ROWS, ((row + 1) * 256) / ROWS - 1].map((score) => (score / 255).toFixed(2));
      return `${from}-${to} ${halves.map((half) => half[row]).join(" ")}`.trimEnd();
    }),
  ];
}

function scoreColumn(histogram: readonly number[], threshold: number, width: number, paint: Paint): string[] {
  const counts = Array.from({ length: ROWS }, (_, row) =>
    histogram.slice((row * 256) / ROWS, ((row + 1) * 256) / ROWS).reduce((sum, value) => sum + value, 0),
  );
  const total = Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
  const most = Math.max(1, ...counts);
  const cutRow = Math.floor((cutOf(threshold) * ROWS) / 256);
  return counts.map((count, row) => {
    const style = row >= cutRow ? paint.forget : paint.retain;
    const mark = row === cutRow ? ">" : " ";
    const drawn = bar(Math.sqrt(count / most), width);
    return `${mark}${compact(count).padStart(6)} ${percent(count / total).padStart(8)} ${style(drawn)}${" ".repeat(width - drawn.length)}`;
  });
}

function shareBars({ documentsByForgetShare, documents }: JobStats, { paint, columns }: Drawing): string[] {
  const most = Math.max(1, ...documentsByForgetShare.map((bin) => bin.documents));
  const whole = (share: number) => `${Math.round(100 * share)}`;
  return documentsByForgetShare.map(({ above, upTo, documents: count }) => {
    const label = upTo === 0 ? "0 %" : `${whole(above)}-${whole(upTo)} %`;
    const numbers = `${compact(count).padStart(6)} ${percent(documents === 0 ? 0 : count / documents).padStart(8)}`;
    const style = upTo === 0 ? paint.retain : paint.forget;
    return `${label.padStart(9)}  ${numbers} ${style(bar(count / most, columns - 28))}`.trimEnd();
  });
}

function sourceTable({ sources: all }: JobStats, { paint, columns, sources }: Look & Drawing): string[] {
  const shown = all.slice(0, sources);
  const header = ["source", "documents", "tokens", "mean", "forget", "forget docs", "empty", "bad", "lost"];
  const rows = shown.map((one) => [
    clipped(printable(one.source), columns - 70),
    ...[one.documents, one.tokens].map(compact),
    one.meanScore.toFixed(3),
    ...[one.forgetShare, one.documentShare].map(percent),
    ...[one.empty, one.bad, one.lost].map(compact),
  ]);
  const rest = all.length - shown.length;
  const more = rest > 0 ? [paint.dim(`... and ${grouped(rest)} smaller ones: --sources ${all.length}, or --json`)] : [];
  return [...table(header, rows, paint), ...more];
}
