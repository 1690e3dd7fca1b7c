/** @file The report's tables as Markdown: what the command prints, and what is committed beside results. */
import { grouped } from "../../base/errors.js";
import type { Agreement, LabelReport } from "../../label/index.js";
import { percent } from "../format.js";
import { gradeCells, judgeOf, shortName, three } from "./names.js";

const share = (part: number, whole: number) => percent(whole > 0 ? part / whole : null);

/** Rates, grades and agreement. */
export function labelTables(report: LabelReport): string {
  const parts = report.folders.flatMap((folder) => {
    const name = shortName(report, folder.name);
    const rates = folder.rates.map((row) => [
      row.source,
      grouped(row.documents),
      grouped(row.tokens),
      share(row.forgetTokens, row.tokens - row.unknownTokens),
      share(row.forgetDocuments, row.documents - row.unknownDocuments),
      share(row.unknownTokens, row.tokens),
    ]);
    const header = ["source", "documents", "tokens", "tokens forget", "documents forget", "tokens unknown"];
    const truths = folder.truth.map(({ truth, rows }) => {
      const cells = rows.map(({ name: row, kind, grade }) => [
        kind === "split" ? `${row} split` : row,
        grouped(grade.count),
        percent(grade.prevalence),
        percent(grade.labelled),
        ...gradeCells(grade),
      ]);
      const columns = ["", "tokens with a truth", "truly forget", "labelled", "precision", "recall", "F1"];
      return `### ${name} against ${truth}\n\n${markdown(columns, cells)}`;
    });
    return [`## ${name}: ${judgeOf(folder)}\n\n${markdown(header, rates)}`, ...truths];
  });
  if (report.pairs.length > 0) parts.push(`## Agreement\n\n${agreementTable(report)}`);
  return parts.join("\n\n");
}

function agreementTable(report: LabelReport): string {
  const header = ["labels", "of", "kappa", "both forget", "first only", "second only", "neither", "unknown"];
  const rows = report.pairs.flatMap(({ first, second, ...parts }) =>
    Object.entries(parts).flatMap(([what, agreement]: [string, Agreement | null]) => {
      if (!agreement) return [];
      const { kappa, both, first: onlyFirst, second: onlySecond, neither, unknown } = agreement;
      const counts = [both, onlyFirst, onlySecond, neither, unknown].map(grouped);
      return [[`${shortName(report, first)}, ${shortName(report, second)}`, what, three(kappa), ...counts]];
    }),
  );
  return markdown(header, rows);
}

/** A table; cells come from file names and sources, so what would break it is replaced. */
function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/[|\p{Cc}]/gu, " ")).join(" | ")} |`;
  return [line(header), line(header.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
