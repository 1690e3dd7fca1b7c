import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it, vi } from "vitest";
import { PACKAGE_ROOT } from "../base/package.js";
import { temporaryFolder } from "../testing/folder.js";
import { addClassifierCommands } from "./classifier.js";

const LAW = join(PACKAGE_ROOT, "domains/law.json");

async function run(...words: string[]): Promise<string> {
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  const program = new Command("lacuna").exitOverride();
  addClassifierCommands(program);
  try {
    await program.parseAsync(["node", "lacuna", "classifier", "new", ...words]);
    return printed.mock.calls.flat().join("\n");
  } finally {
    printed.mockRestore();
  }
}

describe("npx lacuna classifier new", () => {
  it("lists its steps in a dry run and makes nothing", async () => {
    const folder = temporaryFolder();
    const text = join(folder, "t.jsonl");
    writeFileSync(text, "{}");
    const out = join(folder, "out");
    const plan = (...more: string[]) => run(text, "--domain", LAW, "--out", out, "--dry-run", ...more);
    const steps = (printed: string) =>
      printed
        .split("\n\n")[0]
        .split("\n")
        .map((line) => line.split(" ")[0]);
    expect(steps(await plan())).toEqual(["corpus", "tokenizer", "tokenize", "label-lexicon", "classifier", "score"]);
    expect(steps(await plan("--tokenizer", "o200k_base"))).toContain("tokenizer");
    expect(steps(await plan("--spans", text, "--offsets", "bytes"))).toContain("label-by-hand");
  });

  it("says in one sentence what is wrong, with the value and the way out", async () => {
    const folder = temporaryFolder();
    const text = join(folder, "t.jsonl");
    writeFileSync(text, "{}");
    const given = [text, "--domain", LAW, "--out", join(folder, "out"), "--dry-run"];
    await expect(run("nowhere", ...given.slice(1))).rejects.toThrow("nowhere does not exist. Check the path.");
    await expect(run(...given, "--spans", text)).rejects.toThrow(/needs --offsets utf16 or --offsets bytes/);
    await expect(run(...given, "--tokenizer", "gpt9")).rejects.toThrow(/gpt9 .* not cl100k_base or o200k_base/);
    await expect(run(...given, "--max-bytes", "-4")).rejects.toThrow(/maxBytes/);
    await expect(run(text, "--domain", text, ...given.slice(3))).rejects.toThrow(/t\.jsonl is not as expected/);
  });
});
