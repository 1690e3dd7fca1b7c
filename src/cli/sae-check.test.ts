import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it, vi } from "vitest";
import { writeJson } from "../base/files.js";
import { random } from "../base/random.js";
import { saveSae } from "../label/sae-files.js";
import { trainSae } from "../label/train-sae.js";
import { asAnnotator, openHfModel, openTextEncoder } from "../models/index.js";
import { LLAMA, writeSyntheticModel } from "../models/testing/synthetic.js";
import { temporaryFolder } from "../testing/folder.js";
import { BYTE_CHARACTERS } from "../tokens/byte-alphabet.js";
import { addSaeCheckCommand } from "./sae-check.js";

async function lacuna(...args: string[]): Promise<string> {
  const program = new Command("lacuna").exitOverride();
  addSaeCheckCommand(program);
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
  try {
    await program.parseAsync(["node", "lacuna", "sae-check", ...args]);
  } finally {
    log.mockRestore();
  }
  return printed.join("\n");
}

/** A synthetic model with a byte-level tokenizer, synthetic text, and an SAE trained on the stream after two blocks. */
async function trained() {
  const folder = temporaryFolder();
  const model = join(folder, "model");
  await writeSyntheticModel(model, { ...LLAMA, vocab_size: 258, bos_token_id: 257, num_hidden_layers: 4 });
  const vocab = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
  await writeJson(join(model, "tokenizer.json"), {
    added_tokens: [],
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    model: { type: "BPE", vocab, merges: [] },
  });
  const rng = random(5, "synthetic words");
  const word = () => Array.from({ length: 1 + rng.integer(6) }, () => "abcdefghij"[rng.integer(10)]).join("");
  const texts = Array.from({ length: 80 }, () => Array.from({ length: 12 }, word).join(" "));
  const text = join(folder, "text.jsonl");
  writeFileSync(text, texts.map((line) => JSON.stringify({ text: line })).join("\n"));

  const reader = await openHfModel(model);
  const documents = texts.map(openTextEncoder(model));
  const layer = 2;
  const sae = await trainSae(
    asAnnotator(reader),
    { documents, specials: new Set() },
    { layer, latents: 64, activation: "topk", l0: 8, steps: 150, batch: 256, lr: 0.01, seed: 1 },
    { progress: () => {}, threads: 1 },
  );
  await reader.release();
  const config = { width: 16, latents: 64, layer, activation: "topk", l0: 8, tokenizer: "synthetic" } as const;
  await saveSae(join(folder, "sae"), sae, config, {});
  return { model, sae: join(folder, "sae"), text };
}

describe("npx lacuna sae-check", () => {
  it("catches a hook that is one block off, either way, and is content with the right one", async () => {
    const { model, sae, text } = await trained();
    const check = (...more: string[]) => lacuna(text, "--model", model, "--sae", sae, "--tokens", "2000", ...more);
    const right = JSON.parse(await check("--json"));
    expect(right).toMatchObject({ hook: "resid_post.1", best: "resid_post.1", verdict: "right", tokens: 2000 });
    expect(right.hooks.map(({ hook }: { hook: string }) => hook)).toEqual([
      "resid_post.0",
      "resid_post.1",
      "resid_post.2",
    ]);
    expect(right.hooks[1].fvu).toBeLessThan(0.5);
    for (const near of [0, 2]) expect(right.hooks[near].fvu).toBeGreaterThan(1.2 * right.hooks[1].fvu);
    for (const wrong of ["resid_post.0", "resid_post.2"])
      expect(await check("--hook", wrong)).toContain(
        `Off by one: it rebuilds resid_post.1 best, not ${wrong}. Read it with --hook resid_post.1.`,
      );
    // The same place by its other name.
    expect(await check("--hook", "resid_pre.2")).toContain("Right: of the three, resid_pre.2 is rebuilt best.");
    await expect(check("--hook", "resid_post.9")).rejects.toThrow(/no resid_post.9: its blocks are 0 to 3/);
  });
});
