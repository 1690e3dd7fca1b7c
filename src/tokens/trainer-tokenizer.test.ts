import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../base/stage.js";
import { temporaryFolder } from "../testing/folder.js";
import { tokenizerStage } from "./stages.js";
import { openTrainerTokenizer } from "./trainer-tokenizer.js";

const llama = join(import.meta.dirname, "..", "testing", "cases", "llama2-layout.json");

describe("a trainer's tokenizer", () => {
  it("is the same from its file, from the folder with it, and from the folder npx lacuna tokenizer made of it", async () => {
    const folder = temporaryFolder();
    copyFileSync(llama, join(folder, "tokenizer.json"));
    writeFileSync(join(folder, "special_tokens_map.json"), JSON.stringify({ eos_token: "</s>", pad_token: "<unk>" }));
    const file = join(folder, "tokenizer.json");
    await runStage(tokenizerStage, { file }, join(folder, "made"));
    const opened = await Promise.all([folder, file, join(folder, "made")].map((given) => openTrainerTokenizer(given)));
    for (const { specials, origins, encode } of opened) {
      expect(specials).toEqual({ endOfText: 2, pad: 0, hidden: 331, chatStart: 332, chatEnd: 333, refusal: 334 });
      expect(origins).toMatchObject({ endOfText: "special_tokens_map.json", pad: "special_tokens_map.json" });
      expect([...encode("the</s>")]).not.toContain(2);
    }
  });

  it("ends and pads as it is told, by names of ours too; what stands for removed tokens cannot end documents", async () => {
    const folder = temporaryFolder();
    await runStage(tokenizerStage, { file: llama }, join(folder, "made"));
    const open = (eos?: string, pad?: string) => openTrainerTokenizer(join(folder, "made"), { eos, pad });
    expect((await open("0", "<|pad|>")).specials).toMatchObject({ endOfText: 0, pad: 332, hidden: 331 });
    const [own, told] = [await open(), await open("0")];
    expect(told.fingerprint).not.toBe(own.fingerprint);
    await expect(open("<|hidden|>")).rejects.toThrow(
      /--eos <\|hidden\|> is <\|hidden\|>, which stands for removed tokens/,
    );
    await expect(open("9999")).rejects.toThrow(/--eos 9999 is no token of the tokenizer/);
    await expect(openTrainerTokenizer("gpt9")).rejects.toThrow(/--tokenizer gpt9 is no folder with a tokenizer.json/);
  });
});
