import { describe, expect, it } from "vitest";
import { COMMANDS } from "../cli/commands.js";
import { studyConfig } from "./budgets.js";
import { BUDGETS, type StudyConfig } from "./config.js";
import { planStudy } from "./run.js";

async function namesOf(config: StudyConfig): Promise<string[]> {
  return (await planStudy({ config, out: "unused" })).map(({ id, name = id }) => name);
}

const PAPER_ROUTE: StudyConfig["route"] = { labels: "latents", classifier: "bilm", withNgrams: false };

describe("stable names of a study's steps", () => {
  it.each(BUDGETS)("are unique in the %s study, by either route", async (budget) => {
    for (const route of [studyConfig(budget).route, PAPER_ROUTE]) {
      const names = await namesOf({ ...studyConfig(budget), route });
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
      expect(names).toEqual(
        expect.arrayContaining(["corpus", "tokenizer", "tokens", "labels", "classifier", "scores"]),
      );
    }
  });

  it("are what the examples of the help read, and nothing the examples would overwrite", async () => {
    const demo = studyConfig("demo");
    const made = {
      demo: await namesOf(demo),
      "paper-route": await namesOf({ ...demo, route: PAPER_ROUTE }),
    };
    const texts = await helpTexts();
    const written = [...texts.matchAll(/--out (runs\/[\w/@.-]+)/g)].map(([, path]) => path);
    const ofStudies = Object.entries(made).flatMap(([folder, names]) => names.map((name) => `runs/${folder}/${name}`));
    expect(ofStudies.filter((path) => written.includes(path))).toEqual([]);
    const there = new Set([...ofStudies, ...written, "runs/demo/results.json"]);
    const read = [...texts.matchAll(/(?<!--out )(runs\/(?:demo|paper-route)\/[\w/@.-]+)/g)].map(([, path]) => path);
    expect(read.length).toBeGreaterThan(40);
    expect([...new Set(read)].filter((path) => !there.has(path))).toEqual([]);
  });
});

/** The help of every command. */
async function helpTexts(): Promise<string> {
  const { Command } = await import("commander");
  const program = new Command();
  const printed: string[] = [];
  for (const { load } of COMMANDS.flatMap(({ commands }) => commands)) (await load())(program);
  for (const command of program.commands.flatMap((one) => [one, ...one.commands]))
    command.configureOutput({ writeOut: (text) => void printed.push(text) }).outputHelp();
  return printed.join("\n");
}
