import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { commandAgain } from "./again.js";
import { addAlignmentCommand } from "./alignment.js";
import { addRobustnessCommand } from "./robustness.js";
import { addSafeguardsCommand } from "./safeguards.js";

/** What a command line is told to be, without running it. */
function again(line: string): string {
  const program = new Command().exitOverride();
  for (const add of [addSafeguardsCommand, addRobustnessCommand, addAlignmentCommand]) add(program);
  let told = "";
  for (const command of program.commands)
    command.action((...args: unknown[]) => {
      told = commandAgain(args.at(-1) as Command);
    });
  program.parse(line.split(" "), { from: "user" });
  return told;
}

describe("the command that makes results again", () => {
  it("has every flag given, and files by their names", () => {
    const given = "--exams /data/mmlu.jsonl q/medqa.jsonl --teach /data/openstax.jsonl --robustness /r/robustness.json";
    expect(again(`safeguards runs/evening ${given} --budget smoke --align --out /tmp/o --workers 1 --json`)).toBe(
      "npx lacuna safeguards <a study> --budget smoke --exams mmlu.jsonl medqa.jsonl --teach openstax.jsonl --robustness robustness.json --align",
    );
  });

  it("leaves out defaults and what changes no result", () => {
    expect(again("safeguards runs/evening --budget evening --out here --dry-run")).toBe(
      "npx lacuna safeguards <a study>",
    );
    expect(again("robustness --study runs/evening --cap 0.5 --seeds 1 2 3 --out here")).toBe(
      "npx lacuna robustness --study <a study>",
    );
  });

  it("has lists and numbers of options made from a schema", () => {
    expect(again("robustness --study runs/evening --methods rmu circuit-breaker --cap 0.05 --seeds 1 --out here")).toBe(
      "npx lacuna robustness --study <a study> --methods rmu circuit-breaker --seeds 1 --cap 0.05",
    );
    const line = "alignment --study s --forget /a/ill.jsonl --general b/any.jsonl --forms token --out o";
    expect(again(`${line} --base-url http://me:secret@host/v1 --judge openai --judge-model a(b)`)).toBe(
      "npx lacuna alignment --study <a study> --forget ill.jsonl --general any.jsonl --forms token --judge openai --judge-model 'a(b)' --base-url http://host/v1",
    );
  });
});
