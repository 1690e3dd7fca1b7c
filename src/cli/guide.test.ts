import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../base/package.js";
import { Domain } from "../label/index.js";
import { STAGES } from "../study/stages.js";
import { addClassifierCommands } from "./classifier.js";
import { addExportCommand } from "./export.js";
import { addFilterCommand } from "./filter.js";
import { addLabelReportCommand } from "./label-report.js";
import { addScoreCommand } from "./score.js";
import { addStageCommand } from "./stage-command.js";

const guide = readFileSync(join(PACKAGE_ROOT, "docs/labelling.md"), "utf8");
const blocks = Array.from(guide.matchAll(/```sh\n(.*?)```/gs), ([, block]) => block);

describe("the guide to a new domain", () => {
  it("gives commands and options that exist, in words that parse", async () => {
    const lines = blocks.flatMap((block) => block.split("\n").filter((line) => line.startsWith("npx lacuna ")));
    expect(lines.length).toBeGreaterThan(12);
    for (const line of lines) {
      const program = new Command("lacuna").exitOverride().configureOutput({ writeErr: () => {} });
      for (const stage of STAGES)
        if (!["classifier", "score", "filter"].includes(stage.name)) addStageCommand(program, stage);
      addClassifierCommands(program);
      addScoreCommand(program);
      addFilterCommand(program);
      addExportCommand(program);
      addLabelReportCommand(program);
      // Parsed only: nothing is run.
      for (const command of program.commands.flatMap((one) => [one, ...one.commands]))
        if (command.commands.length === 0) command.exitOverride().action(() => {});
      await expect(program.parseAsync(line.split(" ")), line).resolves.toBeDefined();
    }
  });

  it("begins with a new domain in four commands", () => {
    const [first] = blocks;
    expect(first.split("\n").map((line) => line.split(" ")[2])).toEqual([
      "classifier",
      "score",
      "filter",
      "export",
      undefined,
    ]);
  });

  it("has a domain file that is one", () => {
    const [, json] = /<<'END'\n(.*?)\nEND/s.exec(guide)!;
    expect(Domain.parse(JSON.parse(json)).name).toBe("biology");
  });
});
