/** @file `npx lacuna report`: report, stand-alone figures and CSV data from a results.json, without running anything. */
import { join } from "node:path";
import type { Command } from "commander";
import { readJson, writeFileAtomic } from "../base/files.js";
import { passageFigure, selectivityFigure, slowdownFigure, standAlone, WIDE } from "../study/figures/index.js";
import { csvText } from "../study/report/csv.js";
import { renderReport, reportData } from "../study/report/index.js";
import { Results } from "../study/results.js";
import { resultTable } from "../study/table.js";

export function addReportCommand(program: Command): void {
  program
    .command("report")
    .summary("draw the report and figures of a study again")
    .description(
      "Draws report.html and stand-alone SVG figures (light and dark) from a results.json. Nothing is computed again.",
    )
    .requiredOption("--results <file>", "results.json of a study")
    .requiredOption("--out <folder>", "where report.html and the figures go")
    .option("--data", "also write the numbers behind every figure and table, one CSV file each")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna report --results runs/demo/results.json --out runs/demo/figures\n  $ npx lacuna report --results runs/demo/results.json --out runs/demo/figures --data",
    )
    .action(async ({ results: path, out, data }: { results: string; out: string; data?: boolean }) => {
      const results = readJson(path, Results);
      await writeFileAtomic(join(out, "report.html"), renderReport(results));
      for (const [name, svg] of Object.entries(standAloneFigures(results))) await writeFileAtomic(join(out, name), svg);
      const datasets = data ? reportData(results) : [];
      for (const { name, rows } of datasets) await writeFileAtomic(join(out, `${name}.csv`), csvText(rows));
      console.log(`${resultTable(results)}\n\n${results.sentence}\n\nDrawn into ${out}.`);
    });
}

/** SVG files by name; a figure with nothing to draw is left out. */
function standAloneFigures(results: Results): Record<string, string> {
  const forget = results.measures.filter(({ role }) => role === "forget").flatMap(({ domains }) => domains);
  const drawn = { selectivity: selectivityFigure(results, WIDE), slowdown: slowdownFigure(results, WIDE) };
  const [passage] = results.passages;
  const files: Record<string, string> = {};
  for (const theme of ["light", "dark"] as const) {
    for (const [name, svg] of Object.entries(drawn)) if (svg) files[`${name}-${theme}.svg`] = standAlone(svg, theme);
    if (passage) files[`passage-${theme}.svg`] = passageFigure(passage, forget, { theme });
  }
  return files;
}
