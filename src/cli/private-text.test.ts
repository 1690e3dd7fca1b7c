/**
 * @file A corpus full of words that occur nowhere else, good and damaged records, through the whole way to an export: with --no-text
 * none of them may stand in anything that is printed or written, but in what is text by its nature.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readJson } from "../base/files.js";
import { PACKAGE_ROOT } from "../base/package.js";
import { random } from "../base/random.js";
import { runStage } from "../base/stage.js";
import { classifierStage } from "../classify/index.js";
import { corpusStage } from "../corpus/index.js";
import { LabelTextOptions, labelTextStage } from "../label/index.js";
import { STAGES } from "../study/stages.js";
import { ensureBuilt } from "../testing/built.js";
import { temporaryFolder } from "../testing/folder.js";
import { tokenizerStage, tokenizeStage } from "../tokens/index.js";
import { addClassifierCommands } from "./classifier.js";
import { addExportCommand } from "./export.js";
import { addInspectCommand } from "./inspect.js";
import { addLabelReportCommand } from "./label-report.js";
import { addScoreCommand } from "./score.js";
import { addStageCommand } from "./stage-command.js";
import { addStudyCommand } from "./study.js";
import { TEXT_NOTES } from "./text-notes.js";

beforeAll(ensureBuilt);

/** Runs the command in a folder. */
function lacuna(cwd: string, ...args: string[]) {
  const main = join(PACKAGE_ROOT, "dist/cli/main.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

const SEED = 11;
const draw = random(SEED, "canaries");
const letters = (count: number) =>
  Array.from({ length: count }, () => "abcdefghijklmnopqrstuvwxyz"[draw.integer(26)]).join("");
const canaries: string[] = [];
/** A word that is nowhere else; of the domain, by its stem, or not. */
function canary(isForget = false): string {
  canaries.push(`${isForget ? "pharma" : "zq"}${letters(14)}`);
  return canaries.at(-1)!;
}

/** Half the sentences are of the domain, by a word that only the text has. */
function documents(count: number): string[] {
  return Array.from({ length: count }, (_, k) => {
    const sentences = Array.from({ length: 6 }, (_, s) =>
      (k + s) % 2 === 0
        ? `The ward gave ${canary(true)} to the patient near ${canary()}. `
        : `The garden of ${canary()} was green and the road was long. `,
    );
    return JSON.stringify({ id: `d${k}`, text: sentences.join("") });
  });
}

/** One of every kind of record that cannot be read, each with words of its own. */
function damaged(): (string | Buffer)[] {
  return [
    `{"text": "${canary()}`,
    `{"text": ${canary()}}`,
    `${canary()} is no JSON at all`,
    JSON.stringify([canary()]),
    JSON.stringify({ [canary()]: canary() }),
    JSON.stringify({ text: [canary()] }),
    JSON.stringify({ text: { [canary()]: 1 } }),
    JSON.stringify({ text: `${canary()} \ud800` }),
    JSON.stringify({ id: canary().repeat(400), text: canary() }),
    Buffer.concat([Buffer.from(`{"text":"${canary()} `), Buffer.of(0xe9), Buffer.from(`"}`)]),
  ];
}

/** Every file below a folder, its bytes as Latin-1, but those that are text by their nature. */
function written(folder: string, isText: (name: string) => boolean): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile() && !isText(name))
    .map((name) => [name, readFileSync(join(folder, name)).toString("latin1")]);
}

/** Which canaries stand in a text, in any case of letters. */
const found = (text: string) => canaries.filter((word) => text.toLowerCase().includes(word));

describe("--no-text", () => {
  it("keeps every word of the corpus out of what is printed and written, from corpus to export", async () => {
    const folder = temporaryFolder();
    const good = documents(60);
    const bad = damaged();
    const lines = [...good, ...bad].map((line) => Buffer.concat([Buffer.from(line as string), Buffer.from("\n")]));
    writeFileSync(join(folder, "good.jsonl"), good.join("\n"));
    writeFileSync(join(folder, "mixed.jsonl"), Buffer.concat(lines));
    writeFileSync(join(folder, "cut.jsonl.gz"), gzipSync(Buffer.concat(lines)).subarray(0, -40));
    writeFileSync(join(folder, "wrong.jsonl"), JSON.stringify({ [canary()]: canary() }));
    const medicine = readJson(join(PACKAGE_ROOT, "domains/medicine.json"), z.looseObject({}));
    writeFileSync(join(folder, "domain.json"), JSON.stringify({ ...medicine, lexicon: ["pharma*", "ward"] }));

    const said: string[] = [];
    const run = (command: string, status = 0) => {
      const result = lacuna(folder, ...command.split(" "));
      said.push(`${command}\n${result.said}`);
      expect(result, command).toMatchObject({ status });
      return result.said;
    };
    const at = (name: string) => join(folder, name);
    const tokens = { tokens: at("tokens") };
    const labelText = (options: object, out: string) =>
      runStage(labelTextStage, { ...tokens, domain: at("domain.json"), ...options }, at(out));
    const shares = { validationShare: 0.2, testShare: 0.2 };
    await runStage(corpusStage, { files: [at("good.jsonl")], ...shares }, at("corpus"));
    await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 512 }, at("tokenizer"));
    await runStage(tokenizeStage, { corpus: at("corpus"), tokenizer: at("tokenizer") }, at("tokens"));
    await labelText({ noText: true }, "labels");
    await runStage(classifierStage, { ...tokens, labels: at("labels") }, at("classifier"));
    const told = async (attempt: Promise<unknown>) =>
      said.push(await attempt.then(String, (error: Error) => error.message));
    await told(runStage(corpusStage, { files: [at("mixed.jsonl")], ...shares }, at("strict")));
    const judge = { judge: "openai", judgeModel: "m", baseUrl: "http://localhost:1/v1", noText: true } as const;
    await expect(labelText(judge, "judged")).rejects.toThrow(
      /--no-text keeps the corpus's text out of requests, and --judge openai sends it/,
    );
    const given = { ...tokens, domain: at("domain.json"), ...judge };
    const estimate = async () => labelTextStage.estimate!(LabelTextOptions.parse(given));
    await expect(estimate()).rejects.toThrow(/--judge lexicon/);

    // A part of cut.jsonl.gz is lost: finished, and not whole.
    run("score mixed.jsonl cut.jsonl.gz --classifier classifier --no-text --workers 1 --out scored", 1);
    run("verify scored", 1);
    run("stats scored");
    run("inspect scored --count 5 --no-text");
    run("filter scored --method none --out policy");
    run("export policy --to text --out export");
    run("label-report labels --no-text --out labels.html");
    const score = "--classifier classifier --no-text --workers 1";
    expect(run(`score mixed.jsonl ${score} --max-bad 0 --out none`, 2)).toContain("raise --max-bad");
    expect(run(`score wrong.jsonl ${score} --out wrong`, 2)).toMatch(/has no text in "text"\. Give --text-field/);

    expect(readFileSync(join(folder, "scored/quarantine/00001.jsonl"), "utf8").trim().split("\n")).toHaveLength(10);
    for (const text of said) expect(found(text), text).toEqual([]);
    const isText = (name: string) => /^(good|mixed|wrong|cut)\.jsonl|^(corpus\/documents|export\/)|^strict/.test(name);
    const files = written(folder, isText);
    expect(files.length).toBeGreaterThan(25);
    for (const [name, text] of files) expect([name, found(text)]).toEqual([name, []]);

    // The same without it quotes: what is looked for would be found.
    run("score mixed.jsonl --classifier classifier --workers 1 --out quoted");
    await labelText({}, "labels-quoted");
    run("label-report labels-quoted --out quoted.html");
    expect(found(run("inspect scored --count 5"))).not.toEqual([]);
    for (const name of ["quoted/quarantine/00000.jsonl", "labels-quoted/train.spans.jsonl", "quoted.html"])
      expect([name, found(readFileSync(join(folder, name), "utf8")).length > 0]).toEqual([name, true]);
  }, 600_000);
});

describe("help", () => {
  it("says where text goes, in every command that has some", () => {
    const program = new Command("lacuna");
    for (const stage of STAGES)
      if (!["classifier", "score", "filter"].includes(stage.name)) addStageCommand(program, stage);
    addClassifierCommands(program);
    for (const add of [addScoreCommand, addInspectCommand, addExportCommand, addLabelReportCommand, addStudyCommand])
      add(program);
    for (const name of Object.keys(TEXT_NOTES)) {
      const command = name
        .split(" ")
        .reduce((group: Command, word) => group.commands.find((one) => one.name() === word)!, program);
      let help = "";
      command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
      expect([name, help.replace(/\s+/g, " ")]).toEqual([
        name,
        expect.stringMatching(/Where text goes: .*docs\/private-text\.md/),
      ]);
    }
  });
});
