import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { PACKAGE, PACKAGE_ROOT } from "../base/package.js";
import { STAGES } from "../study/stages.js";
import { ensureBuilt } from "../testing/built.js";
import { temporaryFolder } from "../testing/folder.js";
import { COMMANDS } from "./commands.js";

beforeAll(ensureBuilt);

const entries = COMMANDS.flatMap(({ commands }) => commands);

/** Starts the built command. @returns what it printed, and the modules it loaded, below the package's root */
function run(...args: string[]) {
  const list = join(temporaryFolder(), "modules");
  const preload = fileURLToPath(new URL("testing/list-modules.mjs", import.meta.url));
  const command = ["--import", preload, join(PACKAGE_ROOT, "dist/cli/main.js"), ...args];
  const { status, stdout } = spawnSync(process.execPath, command, {
    encoding: "utf8",
    env: { ...process.env, LACUNA_MODULES: list },
  });
  const modules = readFileSync(list, "utf8").trim().split("\n");
  return { status, stdout, modules: modules.map((url) => fileURLToPath(url).slice(PACKAGE_ROOT.length)) };
}

describe("the list of commands", () => {
  it.each(entries)("says of $name what the command says itself", async ({ name, summary, load }) => {
    const program = new Command();
    (await load())(program);
    expect(program.commands.map((command) => [command.name(), command.summary() || command.description()])).toEqual([
      [name, summary],
    ]);
  });

  it("has every stage", () => {
    const names = entries.map(({ name }) => name);
    expect(STAGES.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("npx lacuna --version and npx lacuna --help", () => {
  const light = [
    "base/errors.js",
    "base/native-calls.js",
    "base/package.js",
    "cli/commands.js",
    "cli/main.js",
    "cli/output.js",
    "cli/program.js",
    "cli/signals.js",
    "filter/run/pool.js",
    "filter/run/process.js",
    "filter/run/progress.js",
  ].map((name) => `dist/${name}`);

  it.each(["--version", "--help"])("load nothing of the commands: %s", (flag) => {
    const { status, modules } = run(flag);
    const others = modules.filter((path) => !path.startsWith("node_modules/commander/"));
    expect([status, others.sort()]).toEqual([0, light]);
  });

  it("print the version, and every command with its summary", () => {
    expect(run("--version").stdout).toBe(`${PACKAGE.version}\n`);
    const words = run("--help").stdout.replace(/\s+/g, " ");
    for (const { name, summary } of entries) expect(words).toContain(` ${name} ${summary}`);
  });

  it("load one command's modules when it is asked for, whichever way", () => {
    for (const args of [
      ["launch", "--help"],
      ["help", "launch"],
    ]) {
      const { stdout, modules } = run(...args);
      expect(stdout).toContain("Slurm");
      expect(modules).toContain("dist/cli/launch.js");
      expect(modules.filter((path) => path.startsWith("dist/cli/") && /study|score|stage/.test(path))).toEqual([]);
    }
  });
});
