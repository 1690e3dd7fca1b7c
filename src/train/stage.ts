/** @file `npx lacuna pretrain`: from token shards (and a policy) to a model directory. */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { writeJson } from "../base/files.js";
import { defineStage } from "../base/stage.js";
import { type Policy, readPolicy, readScores, type View, viewOf } from "../filter/index.js";
import { Direction, GptConfig, maskId, parameterCount, saveModel, saveOptimizer } from "../nn/index.js";
import { copyTokenizer, loadTokenizer, readTokens, type Specials, type TokenShard } from "../tokens/index.js";
import { streamOf, wholeStream, wholeView, windowCount } from "./batches.js";
import { trainingSeconds } from "./cost.js";
import { planTraining } from "./plan.js";
import { train } from "./pretrain.js";
import { mixDocuments } from "./upsample.js";

const Options = z.object({
  tokens: z.string().describe("folder of token shards (npx lacuna tokenize)"),
  scores: z.string().optional().describe("folder of scores (npx lacuna score); needed by a policy that filters"),
  policy: z.string().optional().describe("folder of a policy (npx lacuna filter); none trains on everything"),
  objective: z
    .enum(["next", "masked"])
    .optional()
    .describe("next (the default): predict the next token; masked: an encoder that sees both sides and fills gaps in"),
  upsample: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("sources whose documents are repeated until they have --upsample-share of the tokens"),
  upsampleShare: z.number().gt(0).lt(1).optional().describe("their share of the tokens (default: 0.5)"),
  direction: Direction.default("forward").describe("forward, or reverse: each document is read from its end"),
  width: z.int().positive().default(64).describe("size of the residual stream"),
  layers: z.int().positive().default(2).describe("transformer blocks"),
  heads: z.int().positive().optional().describe("attention heads; by default width / 32, at least 1"),
  context: z.int().min(2).default(256).describe("tokens in a window"),
  batch: z.int().positive().default(16).describe("windows per step"),
  microBatches: z
    .int()
    .positive()
    .default(1)
    .describe("parts a batch is cut into to save memory; changes results by rounding only"),
  tokensPerParameter: z.number().positive().default(20).describe("training budget; the embedding counts once"),
  steps: z.int().positive().optional().describe("exact number of steps, instead of --tokens-per-parameter"),
  budget: z
    .enum(["raw", "effective"])
    .default("raw")
    .describe("what the budget counts: tokens read, or trained targets"),
  lr: z.number().positive().default(0.005).describe("peak learning rate at base width (muP scales it to other widths)"),
  weightDecay: z.number().nonnegative().default(0.1).describe("decoupled decay, multiplied by the learning rate"),
  warmupShare: z.number().min(0).max(0.9).default(0.1).describe("share of the steps spent warming up"),
  baseWidth: z.int().positive().default(64).describe("width at which muP changes nothing"),
  seed: z.int().default(1).describe("seed of the initial weights and of the order of windows"),
  checkpointEvery: z.int().positive().default(250).describe("steps between checkpoints"),
  validations: z.int().nonnegative().default(5).describe("times the validation loss is measured"),
  validationWindows: z.int().positive().default(32).describe("windows of the validation split it is measured on"),
});

/** Trains one language model. */
export const pretrainStage = defineStage({
  name: "pretrain",
  summary: "Trains a language model on tokens, under a policy or without one.",
  why: "What a model does not know after training on a filtered view is what the filter took away.",
  examples: [
    "npx lacuna pretrain --tokens runs/tokens --width 64 --layers 2 --out runs/model",
    "npx lacuna pretrain --tokens runs/tokens --scores runs/scores --policy runs/policy --out runs/masked",
    "npx lacuna pretrain --tokens runs/tokens --objective masked --upsample medquad mtsamples --out runs/encoder",
  ],
  version: 1,
  options: Options,
  inputs: ["tokens", "scores", "policy"],
  estimate(options) {
    const config = modelConfig(options, loadTokenizer(options.tokens).vocabularySize);
    const parameters = parameterCount(config);
    const { batch, context, steps, tokensPerParameter } = options;
    const tokens = steps === undefined ? tokensPerParameter * parameters : steps * batch * context;
    const seconds = Math.round(trainingSeconds(config.vocabulary, parameters, tokens));
    return { parameters, tokens, seconds, of: "one core, roughly" };
  },
  async run(options, { out, progress, threads }) {
    const tokenizer = loadTokenizer(options.tokens);
    const { vocabularySize: vocabulary, specials } = tokenizer;
    const config = modelConfig(options, vocabulary);
    const masking = config.bidirectional
      ? { id: maskId(config), specials: new Set(Object.values(specials)), seed: options.seed }
      : undefined;
    const shard = readTokens(options.tokens, "train");
    const { raw, filtered, policy } = streams(options, shard, specials);
    const parameters = parameterCount(config);
    const { batch, context, seed, budget, direction } = options;
    const tokens = options.tokensPerParameter * parameters;
    const plan = planTraining(raw, filtered, policy, {
      context,
      batch,
      seed,
      steps: options.steps,
      tokens,
      budget,
      masking,
    });
    const held = readTokens(options.tokens, "validation");
    const validation = wholeStream(held, specials, direction);
    const { lr, warmupShare, microBatches, weightDecay, checkpointEvery, validations, validationWindows } = options;
    if (batch % microBatches !== 0) {
      throw new UserError(
        `--micro-batches ${microBatches} does not divide --batch ${batch}. Give a divisor of ${batch}.`,
      );
    }
    const run = {
      ...{ config, direction, plan, batch, microBatches, weightDecay, seed, checkpointEvery },
      ...{ validations, validationWindows, endOfText: specials.endOfText, masking },
      validation: windowCount(validation, context) > 0 ? validation : undefined,
      schedule: { peak: lr, steps: plan.steps, warmupShare },
    };
    const { state, effectiveTokens, trainingLoss, validationLoss } = await train(run, { out, progress, threads });

    await saveModel(out, { config, direction, parameters: state.parameters });
    await saveOptimizer(join(out, "optimizer.safetensors"), config, state);
    await copyTokenizer(options.tokens, out);
    const rawTokens = plan.steps * batch * context;
    const facts = {
      ...{ parameters, steps: plan.steps, rawTokens, effectiveTokens },
      epochs: plan.epochsAt(plan.steps),
      /** 6 N D, the embedding counted once (Kaplan et al. 2020, Hoffmann et al. 2022). */
      flops: 6 * parameters * rawTokens,
    };
    const position = { windowsDrawn: plan.steps * batch, firstFilteredStep: plan.firstFiltered };
    await writeJson(join(out, "training.json"), {
      step: plan.steps,
      seed,
      ...position,
      ...facts,
      policy: policy ?? null,
    });
    return { ...facts, trainingLoss, validationLoss: validationLoss ?? null };
  },
});

/** @throws UserError when width and heads, or objective and direction, do not fit */
function modelConfig(options: z.infer<typeof Options>, vocabulary: number): GptConfig {
  const { width, layers, context, baseWidth, heads = Math.max(1, Math.floor(width / 32)) } = options;
  const isEncoder = options.objective === "masked";
  if (isEncoder && options.direction === "reverse")
    throw new UserError("--objective masked sees both sides: leave out --direction reverse.");
  // An encoder's last row is its mask token.
  const kind = isEncoder ? { vocabulary: vocabulary + 1, bidirectional: true } : { vocabulary };
  const parsed = GptConfig.safeParse({ ...kind, width, layers, heads, context, baseWidth });
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues.map(({ message }) => message).join("; ");
  throw new UserError(`--width ${width} with --heads ${heads} is no model: ${why}.`);
}

/** The training split without and with the policy; one and the same stream when nothing is filtered. */
function streams(options: z.infer<typeof Options>, shard: TokenShard, specials: Specials) {
  const policy: Policy | undefined = options.policy === undefined ? undefined : readPolicy(options.policy);
  const stream = (view: View) => {
    const keptDocuments = mixed(options, shard, view.keptDocuments);
    return streamOf({ ...view, keptDocuments }, shard.tokens, shard.docOffsets, specials.endOfText, options.direction);
  };
  const raw = stream(wholeView(shard, specials));
  if (policy === undefined || policy.method === "none") return { raw, filtered: raw, policy };
  if (options.scores === undefined) {
    throw new UserError(
      `The policy ${options.policy} filters by score (${policy.method}). Give the scores: --scores DIR.`,
    );
  }
  const scores = readScores(options.scores, "train", shard);
  const { tokenScores, documentScores } = scores;
  const view = viewOf(policy, shard.tokens, tokenScores, documentScores, shard.docOffsets, specials);
  return { raw, filtered: stream(view), policy };
}

/** The documents trained on, those of upsampled sources several times. */
function mixed(options: z.infer<typeof Options>, shard: TokenShard, documents: Uint32Array): Uint32Array {
  const { upsample, upsampleShare, seed } = options;
  if (upsample === undefined) {
    if (upsampleShare === undefined) return documents;
    throw new UserError(`--upsample-share ${upsampleShare}: of which sources? Give --upsample SOURCE.`);
  }
  const sources = shard.documents.map(({ source }) => source);
  return mixDocuments(documents, sources, shard.docOffsets, { sources: upsample, share: upsampleShare ?? 0.5, seed });
}
