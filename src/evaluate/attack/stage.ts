/** @file `npx lacuna attack`: how many tokens of forget text bring back what a model does not know. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson, writeJson } from "../../base/files.js";
import { defineStage } from "../../base/stage.js";
import { loadModel, type Model } from "../../nn/index.js";
import { openNamedStreams, type Stream, windowLoss } from "../../train/index.js";
import { AttackResult, attack } from "./attack.js";

const Options = z.object({
  model: z.string().describe("model directory to attack"),
  baseline: z
    .string()
    .optional()
    .describe("model directory whose loss on the same held-out text counts as recovered: the unfiltered one"),
  target: z.number().positive().optional().describe("a loss that counts as recovered, instead of --baseline"),
  tokens: z.string().describe("folder of token shards: trains on the train split, measures on the test split"),
  forget: z.array(z.string()).min(1).default(["medical"]).describe("sources or truth domains of the forget documents"),
  lrs: z
    .array(z.number().positive())
    .min(1)
    .default([0.002, 0.004, 0.008])
    .describe(
      "peak learning rates to sweep, at base width; halved or doubled further while the best lies at an end; the one that favours the attacker is used",
    ),
  seeds: z.array(z.int()).min(1).default([1, 2, 3]).describe("each orders the text anew; the sweep uses the first"),
  batch: z.int().positive().default(8).describe("windows per step"),
  cap: z.number().gt(0).default(0.5).describe("give up after so many tokens, as a share of pretraining's"),
  pretrainingTokens: z.number().positive().optional().describe("instead of those in the model's training.json"),
  testWindows: z.int().positive().default(64).describe("windows of held-out forget text to measure on"),
  growth: z.number().gt(1).default(2).describe("factor by which tokens grow from one finetuning to the next"),
  weightDecay: z.number().nonnegative().default(0.01).describe("decoupled decay, multiplied by the learning rate"),
  clip: z.number().positive().default(0.5).describe("largest norm of the gradient"),
});

/** attack.json: curves and recoveries; tokens are counts, not shares. */
export const AttackFile = AttackResult.extend({
  pretrainingTokens: z.number(),
  cap: z.number().describe("tokens after which a run gave up"),
  trainTokens: z.number().describe("tokens of forget text there are to train on"),
});
export type AttackFile = z.infer<typeof AttackFile>;

export const attackStage = defineStage({
  name: "attack",
  summary: "Finetunes a model on forget text and counts the tokens until it knows what the unfiltered one does.",
  why: "A capability that comes back within a few steps was hidden, not absent.",
  examples: [
    "npx lacuna attack --model runs/removed --baseline runs/model --tokens runs/tokens --forget medical --out runs/attack",
    "npx lacuna attack --model runs/removed --target 4.2 --tokens runs/tokens --cap 0.05 --seeds 1 --out runs/quick-attack",
  ],
  version: 3,
  options: Options,
  inputs: ["model", "baseline", "tokens"],
  async run(options, { out, progress, threads }) {
    if ((options.baseline === undefined) === (options.target === undefined)) {
      throw new UserError("What counts as recovered? Give either --baseline, the unfiltered model, or --target.");
    }
    const { model, specials, stream } = openNamedStreams(options.model, options.tokens);
    const { endOfText } = specials;
    const [train, test] = [stream("train", options.forget), stream("test", options.forget)];
    const target =
      options.target ?? (await baselineLoss(options.baseline!, options.testWindows, model, test, endOfText, threads));
    const pretrainingTokens = options.pretrainingTokens ?? pretrainingTokensOf(options.model);
    const cap = options.cap * pretrainingTokens;
    const scratch = join(out, ".runs");
    const result = await attack(
      { ...options, model, train, test, endOfText, target, cap },
      { scratch, progress, threads },
    );
    const file: AttackFile = { ...result, pretrainingTokens, cap, trainTokens: train.inputs.length };
    await writeJson(join(out, "attack.json"), file);
    rmSync(scratch, { recursive: true, force: true });
    const { initialLoss, lr, runs } = result;
    const recoveries = runs.map(({ seed, tokens, censored }) => ({
      seed,
      share: tokens / pretrainingTokens,
      censored,
    }));
    return { target, initialLoss, lr, pretrainingTokens, recoveries };
  },
});

/** What the unfiltered model knows of the held-out forget text, on the windows that the attack measures. */
async function baselineLoss(
  baseline: string,
  windows: number,
  { config }: Model,
  test: Stream,
  endOfText: number,
  threads: number,
): Promise<number> {
  const reference = loadModel(baseline);
  if (reference.config.context !== config.context) {
    throw new UserError(
      `${baseline} reads windows of ${reference.config.context} tokens, the model under attack of ${config.context}. Their losses do not compare: give a baseline of the same context.`,
    );
  }
  const held = windowLoss(reference, test, { endOfText, windows, batch: 16, threads });
  const loss = await held.measure(reference.parameters);
  await held.release();
  return loss;
}

/** Tokens a model was pretrained on. @throws UserError when its folder does not tell */
function pretrainingTokensOf(model: string): number {
  const path = join(model, "training.json");
  if (!existsSync(path)) throw new UserError(`${model} has no training.json. Give --pretraining-tokens.`);
  return readJson(path, z.object({ rawTokens: z.number().positive() }).loose()).rawTokens;
}
