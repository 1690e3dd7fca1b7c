/**
 * @file The `sae` stage: trains a sparse autoencoder on the residual stream of an annotator model.
 *
 * Trained on the train split, measured on the validation split. Nothing here knows of any domain.
 */
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { defineStage } from "../base/stage.js";
import { loadTokenizer, readTokens, requireTokens } from "../tokens/index.js";
import { openAnnotator } from "./annotator.js";
import { firstDocuments, requireModelTokenizer } from "./documents.js";
import { measureSae } from "./measure-sae.js";
import { type SaeConfig, saveSae } from "./sae-files.js";
import { trainSae } from "./train-sae.js";

export const SaeStageOptions = z.object({
  model: z.string().describe("directory of the annotator model"),
  reverse: z.string().optional().describe("a second annotator that reads from the end; its states are set beside"),
  tokens: z.string().describe("token shards (from `npx lacuna tokenize`)"),
  layer: z.int().min(0).optional().describe("residual stream after this many blocks; default: the last block"),
  latents: z.int().min(1).default(1024).describe("latents of the SAE"),
  activation: z.enum(["topk", "jumprelu"]).default("topk").describe("how thresholds are set: steered or learned"),
  l0: z.number().positive().default(8).describe("mean number of active latents per token"),
  steps: z.int().min(1).default(400).describe("training steps"),
  batch: z.int().min(1).default(2048).describe("token states per step"),
  lr: z.number().positive().default(0.003).describe("peak learning rate"),
  seed: z.int().default(1).describe("seed of the start and of the order of states"),
});

/** Tokens of the validation split on which the SAE is measured. */
const MEASURE_TOKENS = 100_000;

export const saeStage = defineStage({
  name: "sae",
  summary: "Train a sparse autoencoder on a model's residual stream",
  why: "Its latents are directions one can look at and judge, from which token labels are made",
  examples: ["npx lacuna sae --model runs/demo/train-baseline-40x2-s1 --tokens runs/demo/tokens --out runs/demo/sae"],
  version: 1,
  options: SaeStageOptions,
  inputs: ["model", "reverse", "tokens"],
  async run({ model, reverse, tokens, ...options }, { out, progress, threads }) {
    const tokenizer = loadTokenizer(tokens);
    for (const path of reverse ? [model, reverse] : [model]) requireModelTokenizer(path, tokens);
    const specials = Object.values(tokenizer.specials);
    requireTokens(tokens, readTokens(tokens, "train").tokens.length);
    const annotator = await openAnnotator(model, reverse, threads);
    try {
      const { layers, width } = annotator;
      const layer = options.layer ?? layers;
      if (layer > layers)
        throw new UserError(`${model} has ${layers} blocks, there is no layer ${layer}. Give --layer 0 to ${layers}.`);
      const { latents, activation, l0 } = options;
      const config: SaeConfig = { width, latents, layer, activation, l0, tokenizer: tokenizer.fingerprint };
      const train = firstDocuments(readTokens(tokens, "train"), specials);
      const sae = await trainSae(annotator, train, { ...options, layer }, { progress, threads });
      const validation = firstDocuments(readTokens(tokens, "validation"), specials, { tokens: MEASURE_TOKENS });
      const measured = await measureSae(annotator, sae, config, validation, threads);
      await saveSae(out, sae, config, measured);
      return { ...config, parameters: 2 * width * latents, ...measured };
    } finally {
      await annotator.release();
    }
  },
});
