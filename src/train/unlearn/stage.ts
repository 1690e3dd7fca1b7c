/** @file `npx lacuna unlearn`: the rivals of filtering, which take a capability out of a trained model. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson, writeJson } from "../../base/files.js";
import { defineStage } from "../../base/stage.js";
import { type Model, saveModel } from "../../nn/index.js";
import { copyTokenizer } from "../../tokens/index.js";
import type { Stream } from "../batches.js";
import { openNamedStreams } from "../named-stream.js";
import type { UnlearningObjective } from "./objective.js";
import { circuitBreaker, gradientAscent } from "./rivals.js";
import { middleBlock, rmu } from "./rmu.js";
import { meanStateNorm } from "./state-norm.js";
import { UnlearnResult, unlearn } from "./unlearn.js";

export const UNLEARNING_METHODS = ["rmu", "circuit-breaker", "gradient-ascent"] as const;
type Method = (typeof UNLEARNING_METHODS)[number];

/** Weight of the retain loss as published; for circuit breakers, the size of both factors. */
const ALPHA: Record<Method, number> = { rmu: 100, "circuit-breaker": 10, "gradient-ascent": 1 };

/** "auto" pushes states to so many times their own mean length (adaptive RMU, Dang et al. 2024). */
const AUTO_FACTOR = 5;

const names = (description: string, ...defaults: string[]) =>
  z.array(z.string()).min(1).default(defaults).describe(description);

const Options = z.object({
  model: z.string().describe("model directory to take the capability out of"),
  tokens: z.string().describe("folder of token shards: trains on the train split, chooses on the validation split"),
  method: z.enum(UNLEARNING_METHODS).default("rmu").describe("how"),
  forget: names("sources or truth domains of the documents to forget", "medical"),
  retain: names("sources or truth domains of the documents to keep", "biology", "general"),
  retainBudget: z
    .number()
    .positive()
    .default(0.1)
    .describe("most that the held-out retain loss may rise, nats per token"),
  lrs: z
    .array(z.number().positive())
    .min(1)
    .default([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03])
    .describe("learning rates to sweep, at base width (published: 0.00005 to 0.0001)"),
  steps: z.int().positive().default(300).describe("steps at each rate"),
  batch: z.int().positive().default(8).describe("windows of each kind per step"),
  coefficient: z
    .string()
    .regex(/^(auto|\d+(\.\d+)?)$/, 'a number, or "auto"')
    .default("20")
    .describe(`RMU's c, the length states are pushed to; auto: ${AUTO_FACTOR} times their own mean length`),
  alpha: z
    .number()
    .positive()
    .optional()
    .describe("weight of the retain loss; as published: RMU 100, circuit breaker 10 (both factors), gradient ascent 1"),
  evaluateEvery: z.int().positive().default(10).describe("steps between measurements to choose from"),
  windows: z.int().positive().default(32).describe("windows of each kind that are measured on"),
  weightDecay: z.number().nonnegative().default(0.01).describe("decoupled decay, multiplied by the learning rate"),
  seed: z.int().default(1).describe("of the order of the text and of RMU's direction"),
});

/** unlearning.json */
export const UnlearnFile = UnlearnResult.extend({
  method: z.enum(UNLEARNING_METHODS),
  retainBudget: z.number(),
  layer: z.number().nullable().describe("RMU: the block whose output is pushed, from 1"),
  stateNorm: z.number().nullable().describe("RMU: mean length of that output on forget text, before"),
  coefficient: z.number().nullable().describe("RMU: c"),
  trainable: z.array(z.string()).describe("parameters that moved"),
});
export type UnlearnFile = z.infer<typeof UnlearnFile>;

export const unlearnStage = defineStage({
  name: "unlearn",
  summary:
    "Takes a capability out of a trained model: RMU, a circuit breaker or gradient ascent, within a retain budget.",
  why: "These are what filtering the pretraining data competes with; attack both the same way (npx lacuna attack).",
  examples: [
    "npx lacuna unlearn --model runs/model --tokens runs/tokens --method rmu --out runs/rmu",
    "npx lacuna unlearn --model runs/model --tokens runs/tokens --method rmu --coefficient auto --retain-budget 0.05 --out runs/rmu-auto",
  ],
  version: 2,
  options: Options,
  inputs: ["model", "tokens"],
  async run(options, { out, progress, threads }) {
    const { model, specials, stream } = openNamedStreams(options.model, options.tokens);
    const both = options.forget.filter((name) => options.retain.includes(name));
    if (both.length > 0) throw new UserError(`${both.join(", ")} cannot be both in --forget and in --retain.`);
    const texts = (split: "train" | "validation") => ({
      forget: stream(split, options.forget),
      retain: stream(split, options.retain),
    });
    const [train, held] = [texts("train"), texts("validation")];
    const { endOfText } = specials;
    const { objective, ...facts } = await objectiveOf(options, model, train.forget, { endOfText, threads });
    const scratch = join(out, ".runs");
    // Published without a clip: Adam takes out the scale of gradients as it is.
    const optimizer = { weightDecay: options.weightDecay, clip: 1e30 };
    const { result, model: unlearned } = await unlearn(
      { ...options, model, objective, train, held, endOfText, optimizer },
      { scratch, progress, threads },
    );
    await saveModel(out, unlearned);
    await copyTokenizer(options.model, out);
    // Attacks count in shares of pretraining: the model still knows how long it was.
    const training = join(options.model, "training.json");
    if (existsSync(training)) await writeJson(join(out, "training.json"), readJson(training, z.json()));
    const { method, retainBudget } = options;
    const file: UnlearnFile = { ...{ method, retainBudget, ...facts }, trainable: [...objective.trainable], ...result };
    await writeJson(join(out, "unlearning.json"), file);
    rmSync(scratch, { recursive: true, force: true });
    const { before, chosen } = result;
    return { method, retainBudget, ...facts, before, chosen };
  },
});

/** The method's objective, and for RMU what its coefficient is held against. */
async function objectiveOf(
  { method, coefficient: given, alpha = ALPHA[method], seed }: z.infer<typeof Options>,
  model: Model,
  forget: Stream,
  run: { endOfText: number; threads: number },
): Promise<{ objective: UnlearningObjective } & Pick<UnlearnFile, "layer" | "stateNorm" | "coefficient">> {
  const { config } = model;
  const none = { layer: null, stateNorm: null, coefficient: null };
  if (method === "circuit-breaker") return { objective: circuitBreaker(config, { alpha }), ...none };
  if (method === "gradient-ascent") return { objective: gradientAscent(config, { alpha }), ...none };
  const layer = middleBlock(config);
  const stateNorm = await meanStateNorm(model, forget, { layer, ...run });
  const coefficient = given === "auto" ? AUTO_FACTOR * stateNorm : Number(given);
  return { objective: rmu(config, { layer, coefficient, alpha, seed }), layer, stateNorm, coefficient };
}
