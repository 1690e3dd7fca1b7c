/** @file `lacuna report`: the report and stand-alone figures from a results.json, without running anything. */
import { join } from "node:path";
import type { Command } from "commander";
import { readJson, writeFileAtomic } from "../base/files.js";
import { passageFigure, slowdownFigure, standAlone, WIDE } from "../study/figures/index.js";
import { renderReport } from "../study/report/index.js";
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
    .addHelpText("after", "\nExample:\n  $ lacuna report --results runs/demo/results.json --out runs/demo/figures")
    .action(async ({ results: path, out }: { results: string; out: string }) => {
      const results = readJson(path, Results);
      const forget = results.measures.filter(({ role }) => role === "forget").flatMap(({ domains }) => domains);
      await writeFileAtomic(join(out, "report.html"), renderReport(results));
      for (const theme of ["light", "dark"] as const) {
        await writeFileAtomic(join(out, `slowdown-${theme}.svg`), standAlone(slowdownFigure(results, WIDE), theme));
        const [passage] = results.passages;
        if (passage)
          await writeFileAtomic(join(out, `passage-${theme}.svg`), passageFigure(passage, forget, { theme }));
      }
      console.log(`${resultTable(results)}\n\n${results.sentence}\n\nDrawn into ${out}.`);
    });
}
