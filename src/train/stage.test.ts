import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { runStage } from "../base/stage.js";
import { loadAnyModel, loadModel, openLosses, openStates } from "../nn/index.js";
import { temporaryFolder } from "../testing/folder.js";
import { pretrainStage } from "./stage.js";
import { syntheticCorpus, writeArtifacts } from "./testing/synthetic.js";

const small = { width: 8, layers: 1, heads: 1, context: 16, batch: 4, steps: 6, validationWindows: 4 };
const corpus = syntheticCorpus(200);

describe("npx lacuna pretrain", () => {
  it("gives the same artifact for the same options, and a model that can be read", async () => {
    const folder = temporaryFolder();
    const { tokens } = await writeArtifacts(folder, corpus);
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    const first = await runStage(pretrainStage, { tokens, direction: "reverse", ...small }, a);
    const second = await runStage(pretrainStage, { tokens, direction: "reverse", ...small }, b);
    expect(second.fingerprint).toBe(first.fingerprint);
    expect(Object.keys(first.outputs)).toEqual([
      ...["config.json", "history.jsonl", "model.safetensors", "optimizer.safetensors"],
      ...["specials.json", "tokenizer.json", "training.json"],
    ]);
    expect(loadModel(a).direction).toBe("reverse");
    const training = JSON.parse(readFileSync(join(a, "training.json"), "utf8"));
    expect(training).toMatchObject({ step: 6, seed: 1, rawTokens: 6 * 64, effectiveTokens: 6 * 64, parameters: 3352 });

    const document = corpus.tokens.subarray(0, corpus.docOffsets[1]);
    const losses = await openLosses(a);
    for await (const read of losses.read([document])) expect(read.losses).toHaveLength(document.length);
    await losses.release();
    const states = await openStates(a, { layers: [1] });
    for await (const read of states.read([document])) expect(read.states[0]).toHaveLength(document.length * 8);
    await states.release();
  });

  it("trains each arm on its view: same raw tokens, fewer effective ones, another model", async () => {
    const folder = temporaryFolder();
    const { tokens, scores, policies } = await writeArtifacts(folder, corpus);
    const results: Record<string, { effectiveTokens: number; rawTokens: number; fingerprint: string }> = {};
    for (const [method, policy] of Object.entries(policies)) {
      const out = join(folder, `model-${method}`);
      const { result, fingerprint } = await runStage(pretrainStage, { tokens, scores, policy, ...small }, out);
      results[method] = { ...(result as { effectiveTokens: number; rawTokens: number }), fingerprint };
    }
    const { none, document, mask, remove } = results;
    for (const { rawTokens } of Object.values(results)) expect(rawTokens).toBe(6 * 64);
    expect(none.effectiveTokens).toBe(6 * 64);
    expect(document.effectiveTokens).toBe(6 * 64);
    expect(mask.effectiveTokens).toBeLessThan(6 * 64);
    expect(remove.effectiveTokens).toBe(mask.effectiveTokens);
    expect(new Set(Object.values(results).map((arm) => arm.fingerprint)).size).toBe(4);
  });

  it("trains an encoder that learns to fill gaps in, with a row of its own for the mask token", async () => {
    const folder = temporaryFolder();
    const { tokens } = await writeArtifacts(folder, corpus);
    const out = join(folder, "encoder");
    const { result } = await runStage(
      pretrainStage,
      { tokens, objective: "masked", ...small, steps: 250, lr: 0.03 },
      out,
    );
    const { config } = loadAnyModel(out);
    expect(config).toMatchObject({ bidirectional: true, vocabulary: 320 + 1 });
    const { validationLoss } = result as { validationLoss: number };
    // Letters of one case are alike: a model that looks at both sides need not tell 52 of them apart.
    expect(validationLoss).toBeLessThan(Math.log(52));
    await expect(openLosses(out)).rejects.toThrow(/is an encoder/);
  });

  it("repeats sources for another model, and says what is missing", async () => {
    const folder = temporaryFolder();
    const mixed = {
      ...corpus,
      documents: corpus.documents.map((d, i) => ({ ...d, source: i % 5 ? "rare" : "capitals" })),
    };
    const { tokens } = await writeArtifacts(folder, mixed);
    const run = (out: string, options = {}) =>
      runStage(pretrainStage, { tokens, ...small, ...options }, join(folder, out));
    const [plain, upsampled] = [await run("plain"), await run("upsampled", { upsample: ["capitals"] })];
    expect(upsampled.fingerprint).not.toBe(plain.fingerprint);
    await expect(run("missing", { upsample: ["nothing"] })).rejects.toThrow(/Sources are capitals, rare/);
    await expect(run("share", { upsampleShare: 0.5 })).rejects.toThrow(/Give --upsample SOURCE/);
  });

  it("refuses what cannot work in one sentence", async () => {
    const folder = temporaryFolder();
    const { tokens, policies } = await writeArtifacts(folder, corpus);
    const attempt = (options: object) => runStage(pretrainStage, { tokens, ...small, ...options }, join(folder, "out"));
    for (const [options, message] of [
      [{ heads: 3 }, /--width 8 with --heads 3/],
      [{ policy: policies.mask }, /Give the scores: --scores/],
      [{ objective: "masked", direction: "reverse" }, /sees both sides/],
      [{ microBatches: 3 }, /does not divide --batch 4/],
      [{ context: 100_000 }, /one window takes 100001/],
    ] as const) {
      await expect(attempt(options)).rejects.toThrow(UserError);
      await expect(attempt(options)).rejects.toThrow(message);
    }
  });
});
