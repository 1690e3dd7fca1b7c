import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it, vi } from "vitest";
import { ExportManifest } from "../filter/export/index.js";
import { filterScored } from "../filter/policies/index.js";
import { shoutingScores, writeScoredJob } from "../filter/policies/testing/scored-job.js";
import { temporaryFolder } from "../testing/folder.js";
import { addExportCommand } from "./export.js";

/** Runs the command; returns what it printed. */
async function lacuna(...args: string[]): Promise<string> {
  const program = new Command("lacuna").exitOverride();
  addExportCommand(program);
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
  try {
    await program.parseAsync(["node", "lacuna", "export", ...args]);
  } finally {
    log.mockRestore();
  }
  return printed.join("\n");
}

/** Policies over a synthetic job, as `npx lacuna filter` makes them. */
async function policies() {
  const folder = temporaryFolder();
  const document = (id: string, text: string) => ({ id, text, scores: shoutingScores(text) });
  const scores = await writeScoredJob(folder, [[document("a", "xxABCyy"), document("b", "q")]]);
  const directory = join(folder, "policies");
  await filterScored({ policies: [{ scores, method: "mask", threshold: 0.5 }] }, directory);
  return { directory, out: join(folder, "out") };
}

describe("npx lacuna export", () => {
  it("writes what npx lacuna filter decided, says what is in it, and finds it again", async () => {
    const { directory, out } = await policies();
    const said = await lacuna(directory, "--to", "nanogpt", "--out", out);
    expect(said).toContain("2 documents in 2 files");
    expect(said).toContain("Of 10 bytes tokens: 0.00 % in dropped documents, 30.00 % no longer targets");
    expect([...readFileSync(join(out, "00000.mask.bin"))]).toEqual([1, 1, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(await lacuna(directory, "--to", "nanogpt", "--out", out)).toContain("Found");
  });

  it("ends by saying what a trainer is set up with: eos, pad, rows, beginning-of-text; the manifest has them too", async () => {
    const { directory, out } = await policies();
    const llama = join(import.meta.dirname, "..", "testing", "cases", "llama2-layout.json");
    const args = [directory, "--to", "nanogpt", "--tokenizer", llama, "--out", out];
    const said = (await lacuna(...args)).split("\n");
    expect(said.slice(-5)).toEqual([
      'eos: 2 "</s>" (by its name, no file names one; --eos says otherwise)',
      'pad: 332 "<|pad|>" (a new row behind the others, the tokenizer names none; --pad says otherwise)',
      'hidden: 331 "<|hidden|>" (a new row behind the others)',
      "rows of the embedding: 384, of which the tokenizer's own are 331",
      'bos: none (--bos auto; the tokenizer itself adds none; --bos yes adds 1 "<s>" before every document (by its name))',
    ]);
    expect((await lacuna(...args)).split("\n").slice(-5)).toEqual(said.slice(-5));
    const { tokenizer } = ExportManifest.parse(JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")));
    expect(tokenizer).toMatchObject({ specials: { endOfText: 2, pad: 332 }, vocabularySize: 384, entries: 331 });
  });

  it("ends documents with what --eos says, fills rows up with what --pad says, and begins documents with --bos yes", async () => {
    const { directory, out } = await policies();
    const llama = join(import.meta.dirname, "..", "testing", "cases", "llama2-layout.json");
    const args = ["--tokenizer", llama, "--eos", "<unk>", "--pad", "2", "--bos", "yes", "--dry-run"];
    await expect(lacuna(directory, "--to", "mds", "--out", out, "--eos", "2")).rejects.toThrow(
      /Give it too: --tokenizer/,
    );
    const said = JSON.parse(await lacuna(directory, "--to", "mds", "--out", out, ...args));
    expect(said.special.slice(0, 2)).toEqual(['eos: 0 "<unk>" (--eos)', 'pad: 2 "</s>" (--pad)']);
    expect(said.special.at(-1)).toMatch(/^bos: 1 "<s>" before every document \(--bos yes;/);
  });

  it("says how many documents have no token in the trainer's tokenizer", async () => {
    const folder = temporaryFolder();
    const texts = ["the patient", "\u200b\u200d", "\u0001"];
    const documents = texts.map((text, at) => ({
      ...{ id: `${at}`, text },
      scores: new Uint8Array(Buffer.byteLength(text)).fill(at === 0 ? 255 : 0, 0, 3),
    }));
    const scores = await writeScoredJob(folder, [documents]);
    const directory = join(folder, "policies");
    await filterScored({ policies: [{ scores, method: "mask", threshold: 0.5 }] }, directory);
    const bert = join(import.meta.dirname, "..", "testing", "cases", "bert.json");
    const said = await lacuna(directory, "--to", "nanogpt", "--tokenizer", bert, "--out", join(folder, "out"));
    expect(said).toContain("3 documents in 2 files");
    expect(said).toContain("Of 3 documents 2 have no token in bert, which normalizes all of their text away;");
  });

  it("carries marks to a tokenizer given by name", async () => {
    const { directory, out } = await policies();
    const args = ["--to", "huggingface", "--sequence-length", "8", "--tokenizer", "cl100k_base", "--json"];
    const manifest = ExportManifest.parse(JSON.parse(await lacuna(directory, ...args, "--out", out)));
    expect(manifest.tokenizer).toMatchObject({ name: "cl100k_base", specials: { endOfText: 100_257 } });
    expect(manifest.counts.maskedTokens).toBeGreaterThan(0);
  }, 30_000);

  it("writes nothing on --dry-run", async () => {
    const { directory, out } = await policies();
    const said = JSON.parse(await lacuna(directory, "--to", "text", "--out", out, "--dry-run"));
    expect(said).toMatchObject({ state: "would be made", shards: 1, settings: { to: "text" } });
    expect(existsSync(out) || existsSync(`${out}.partial`)).toBe(false);
  });

  it("says what a wrong tokenizer or setting is", async () => {
    const { directory, out } = await policies();
    const run = (...args: string[]) => lacuna(directory, "--out", out, ...args);
    await expect(run("--to", "text", "--tokenizer", "gpt9")).rejects.toThrow(/--tokenizer gpt9 is no folder/);
    await expect(run("--to", "olmo-core", "--sequence-length", "64")).rejects.toThrow(/the trainer cuts. Leave it out/);
  });
});
