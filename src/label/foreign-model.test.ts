import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { writeJson } from "../base/files.js";
import { PACKAGE_ROOT } from "../base/package.js";
import { random } from "../base/random.js";
import { readSafetensors, writeSafetensors } from "../base/safetensors.js";
import { runStage } from "../base/stage.js";
import { corpusStage, SPLITS } from "../corpus/index.js";
import { openHfModel, openTextCodec, parseHook } from "../models/index.js";
import { LLAMA, writeSyntheticModel } from "../models/testing/synthetic.js";
import { temporaryFolder } from "../testing/folder.js";
import { BYTE_CHARACTERS } from "../tokens/byte-alphabet.js";
import { loadTokenizer, readDocument, readTokens, tokenizerStage, tokenizeStage } from "../tokens/index.js";
import { labelStage } from "./label-stage.js";

const HOOK = "resid_post.0";
const BOS = 257;
const [width, latents] = [16, 12];
/** Which latents the imported evidence makes the judge keep. */
const KEPT = [1, 4, 5, 8, 9, 10];

/** A Llama of random weights that reads bytes, each window with BOS, and an SAELens SAE of random directions. */
async function writeModel(folder: string) {
  const draw = random(12, "synthetic foreign sae");
  await writeSyntheticModel(folder, { ...LLAMA, vocab_size: 258, bos_token_id: BOS, max_position_embeddings: 64 });
  const vocab = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
  await writeJson(join(folder, "tokenizer.json"), {
    added_tokens: [{ id: BOS, content: "<s>", special: true }],
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      special_tokens: { "<s>": { id: "<s>", ids: [BOS], tokens: ["<s>"] } },
    },
    model: { type: "BPE", vocab, merges: [] },
  });
  const normals = (count: number, scale: number) => Float32Array.from({ length: count }, () => scale * draw.normal());
  const encoder = normals(width * latents, 0.3);
  const bias = Float32Array.from({ length: latents }, () => -0.6);
  mkdirSync(join(folder, "sae"));
  // No hook in it: it must be named.
  await writeJson(join(folder, "sae/cfg.json"), { d_in: width, d_sae: latents, architecture: "standard" });
  await writeSafetensors(join(folder, "sae/sae_weights.safetensors"), {
    W_enc: { data: encoder, shape: [width, latents] },
    b_enc: { data: bias, shape: [latents] },
    W_dec: { data: normals(latents * width, 1), shape: [latents, width] },
    b_dec: { data: new Float32Array(width), shape: [width] },
  });
  return { encoder, bias };
}

/** A dump of Neuronpedia's: contexts of the kept latents are medical, the others' are not; one latent is missing. */
function writeDump(folder: string): void {
  const lines = Array.from({ length: latents - 1 }, (_, latent) => {
    const words = KEPT.includes(latent) ? ["the", "\u2581tumor", "\u2581grew"] : ["the", "\u2581river", "\u2581rose"];
    return Array.from({ length: 6 }, (_, n) => JSON.stringify({ index: latent, tokens: words, values: [0, 9 - n, 0] }));
  });
  for (const [name, content] of Object.entries({
    activations: lines.flat(),
    explanations: KEPT.map((index) => JSON.stringify({ index, description: `illness <${index}>` })),
  })) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "batch-0.jsonl.gz"), gzipSync(lines.length ? content.join("\n") : ""));
  }
}

async function corpus(folder: string): Promise<string> {
  const draw = random(3, "synthetic foreign corpus");
  const words = ["river", "tumor", "字", "👩‍⚕️", "e\u0301", "bridge", "the", "of", "naïve"];
  const texts = Array.from({ length: 30 }, (_, index) => {
    // Longer than the model's context, which is 63 bytes and BOS.
    const text = Array.from({ length: 8 + draw.integer(30) }, () => words[draw.integer(words.length)]).join(" ");
    return JSON.stringify({ id: `d${index}`, text });
  });
  writeFileSync(join(folder, "texts.jsonl"), texts.join("\n"));
  const at = (name: string) => join(folder, name);
  const shares = { validationShare: 0.25, testShare: 0.25 };
  await runStage(corpusStage, { files: [at("texts.jsonl")], ...shares }, at("corpus"));
  await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 320 }, at("tokenizer"));
  await runStage(tokenizeStage, { corpus: at("corpus"), tokenizer: at("tokenizer") }, at("tokens"));
  return at("tokens");
}

/** Labels by the paper's words alone: two passes, flood filling, sets of bytes. */
async function expectedLabels(folder: string, tokens: string, sae: { encoder: Float32Array; bias: Float32Array }) {
  const model = await openHfModel(folder);
  const codec = openTextCodec(folder);
  const tokenizer = loadTokenizer(tokens);
  const activations = async (split: (typeof SPLITS)[number]) => {
    const shard = readTokens(tokens, split);
    const texts = shard.documents.map((_, index) => tokenizer.decode(readDocument(shard, index).slice(0, -1)));
    const rows: number[][][] = [];
    for await (const { states } of model.read(
      texts.map((text) => codec.encode(text).ids),
      [parseHook(HOOK)],
    ))
      rows.push(
        Array.from({ length: states[0].length / width }, (_, token) =>
          Array.from({ length: latents }, (_, latent) => {
            let sum = sae.bias[latent];
            for (let i = 0; i < width; i++) sum += states[0][token * width + i] * sae.encoder[i * latents + latent];
            return Math.max(0, sum);
          }),
        ),
      );
    return { texts, rows };
  };
  const reference = (await activations("train")).rows.flat();
  const threshold = (latent: number) => {
    const values = reference.map((row) => row[latent]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return mean + Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  };
  const thresholds = KEPT.map(threshold);
  const expected: Record<string, number[]> = {};
  for (const split of SPLITS) {
    const { texts, rows } = await activations(split);
    expected[split] = texts.flatMap((text, document) => {
      const strong = rows[document].map(
        (row) => KEPT.filter((latent, at) => row[latent] >= thresholds[at]).length >= 2,
      );
      const weak = rows[document].map((row) => KEPT.some((latent) => row[latent] > 0));
      const isForget = [...strong];
      for (let again = true; again; ) {
        again = false;
        for (let t = 0; t < isForget.length; t++)
          if (!isForget[t] && weak[t] && (isForget[t - 1] || isForget[t + 1])) again = isForget[t] = true;
      }
      // The model's tokens are the bytes themselves.
      const { ends } = tokenizer.encodeWithOffsets(text);
      const labels = [...ends].map((end, token) =>
        isForget.slice(token && ends[token - 1], end).includes(true) ? 1 : 0,
      );
      return [...labels, 0];
    });
  }
  await model.release();
  return expected;
}

describe("labels by another's model and SAE", () => {
  it("equal what the rule says, from the hook named, BOS and windows included, carried on bytes to the shards' tokens", async () => {
    const folder = temporaryFolder();
    const [model, dump] = [join(folder, "model"), join(folder, "dump")];
    const sae = await writeModel(model);
    writeDump(dump);
    const tokens = await corpus(folder);
    const domain = join(PACKAGE_ROOT, "domains/medicine.json");
    const options = { model, sae: join(model, "sae"), tokens, domain, evidence: dump, sd: 1, minContexts: 3 };
    await expect(runStage(labelStage, options, join(folder, "labels"))).rejects.toThrow(/names no hook. Give --hook/);
    const { result } = await runStage(labelStage, { ...options, hook: HOOK }, join(folder, "labels"));
    expect(result).toMatchObject({
      read: { sae: "saelens", hook: HOOK, beginOfText: BOS },
      evidence: { from: "neuronpedia", contexts: latents - 1, explanations: KEPT.length, badLines: 0 },
      latents: { kept: KEPT.length, rejected: latents - 1 - KEPT.length, unknown: 1 },
    });
    const expected = await expectedLabels(model, tokens, sae);
    for (const split of SPLITS) {
      const { labels } = readSafetensors(join(folder, `labels/${split}.safetensors`)).tensors;
      expect([...labels.data], split).toEqual(expected[split]);
    }
    const all = Object.values(expected).flat();
    const share = all.reduce((sum, label) => sum + label, 0) / all.length;
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.95);
    const lines = readFileSync(join(folder, "labels/latents.jsonl"), "utf8").trim().split("\n");
    const explained = lines.map((line) => JSON.parse(line)).filter(({ explanation }) => explanation);
    expect(explained.map(({ latent, explanation }) => [latent, explanation])).toEqual(
      KEPT.map((k) => [k, `illness <${k}>`]),
    );
  });
});
