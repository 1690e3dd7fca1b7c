import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planStage, runStage, type Stage } from "../base/stage.js";
import { corpusStage } from "../corpus/index.js";
import { temporaryFolder } from "../testing/folder.js";
import { tokenizerStage, tokenizeStage } from "../tokens/index.js";
import { pretrainStage } from "../train/index.js";
import { dryRun } from "./dry-run.js";

describe("a stage's dry run", () => {
  it("tells sizes, the first document, and that a finished result will be found", async () => {
    const folder = temporaryFolder();
    const lines = Array.from({ length: 200 }, (_, id) => JSON.stringify({ id: `d${id}`, text: `text number ${id}` }));
    writeFileSync(join(folder, "a.jsonl"), lines.join("\n"));
    const [files, out] = [[join(folder, "a.jsonl")], join(folder, "corpus")];
    const stage = corpusStage as unknown as Stage;
    const plan = await planStage(stage, { files });
    const bytes = Buffer.byteLength(lines.join("\n"));
    expect(await dryRun(stage, plan, out)).toMatchObject({
      state: "would be made",
      inputs: { files: [{ path: files[0], bytes }] },
      estimate: { files: 1, bytes, first: { id: "d0", characters: 13 } },
    });
    await runStage(corpusStage, { files }, out);
    expect((await dryRun(stage, plan, out)).state).toBe("found: nothing to do");
    const other = await planStage(stage, { files, seed: 2 });
    await expect(dryRun(stage, other, out)).rejects.toThrow(/holds another result: .*seed/);
  });

  it("tells how large a model would be, and roughly how long it trains", async () => {
    const folder = temporaryFolder();
    const [corpus, tokenizer, tokens] = ["corpus", "tokenizer", "tokens"].map((name) => join(folder, name));
    await runStage(corpusStage, { maxBytes: 100_000 }, corpus);
    await runStage(tokenizerStage, { corpus, vocabulary: 512 }, tokenizer);
    await runStage(tokenizeStage, { corpus, tokenizer }, tokens);
    const stage = pretrainStage as unknown as Stage;
    const sizes = async (width: number) => {
      const plan = await planStage(stage, { tokens, width, layers: 2, tokensPerParameter: 20 });
      return (await dryRun(stage, plan, join(folder, "model"))).estimate as Record<string, number>;
    };
    const [small, large] = [await sizes(32), await sizes(64)];
    expect(small.tokens).toBe(20 * small.parameters);
    expect(large.parameters).toBeGreaterThan(2 * small.parameters);
    expect(large.seconds).toBeGreaterThan(2 * small.seconds);
  });
});
