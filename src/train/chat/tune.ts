/**
 * @file Supervised finetuning on conversations (paper A.3): loss on what the assistant says and the mark that ends it.
 *
 * One conversation a row, padded. Those longer than a row are left out and counted: cutting one would teach answers
 * without their end. The learning rate is constant, as in the paper.
 */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import type { StageContext } from "../../base/stage.js";
import { loadModel, type Model, saveModel } from "../../nn/index.js";
import { copyTokenizer, encodeChat, type Tokenizer, type Turn } from "../../tokens/index.js";
import { finetune } from "../finetune.js";
import { lateLoss } from "../loop.js";
import { type Example, exampleSource } from "../sources.js";

/** How to tune; the same for chats and for refusals. */
export const TuneOptions = z.object({
  context: z
    .int()
    .min(2)
    .optional()
    .describe("tokens of a conversation at most; longer ones are left out. The model's context by default"),
  batch: z.int().positive().default(16).describe("conversations per step"),
  epochs: z.number().positive().default(1).describe("times every conversation is seen"),
  lr: z
    .number()
    .positive()
    .default(0.002)
    .describe("constant learning rate at base width (the paper's 1e-5 is for models a thousand times larger)"),
  weightDecay: z.number().nonnegative().default(0.01).describe("decoupled decay, multiplied by the learning rate"),
  checkpointEvery: z.int().positive().default(100).describe("steps between checkpoints"),
  seed: z.int().default(1).describe("seed of the order, and of what is drawn"),
});
export type TuneOptions = z.infer<typeof TuneOptions>;

export interface TuneResult {
  conversations: number;
  steps: number;
  /** Learned targets, counted each time. */
  effectiveTokens: number;
  /** Nats per learned token, mean of the last tenth of the steps. */
  trainingLoss: number;
}

/** A model that can be tuned. @throws UserError when it reads from the end */
export function loadForward(directory: string): Model {
  const model = loadModel(directory);
  if (model.direction === "reverse")
    throw new UserError(`${directory} reads each document from its end and cannot answer. Give a forward model.`);
  return model;
}

/** Tokens a row of training holds: what is read and the target after it. */
export function rowTokens(options: Pick<TuneOptions, "context">, { config }: Model): number {
  if (options.context !== undefined && options.context > config.context)
    throw new UserError(
      `--context ${options.context} is beyond the model's ${config.context}. Give at most ${config.context}.`,
    );
  return (options.context ?? config.context) + 1;
}

/** Encodes the conversations that fit a row of so many tokens, in order. */
export function fitting<Item>(
  items: readonly Item[],
  turnsOf: (item: Item) => readonly Turn[],
  tokenizer: Tokenizer,
  tokens: number,
): Example[] {
  return items.flatMap((item) => {
    const { ids, lossMask } = encodeChat(tokenizer, turnsOf(item));
    return ids.length > tokens ? [] : [{ tokens: ids, lossMask }];
  });
}

/** Tunes a model on examples and writes it, with the tokenizer of the directory it came from. */
export async function tune(
  directory: string,
  model: Model,
  examples: readonly Example[],
  pad: number,
  options: TuneOptions,
  { out, progress, threads }: StageContext,
): Promise<TuneResult> {
  const { batch, epochs, lr, weightDecay, checkpointEvery, seed } = options;
  const context = rowTokens(options, model) - 1;
  const source = exampleSource(examples, { context, batch, seed }, pad);
  const steps = Math.max(1, Math.round((examples.length * epochs) / batch));
  const optimizer = { weightDecay };
  const run = { model, source, steps, lr, optimizer, checkpointEvery };
  const { model: tuned, history } = await finetune(run, { out, progress, threads });
  await saveModel(out, tuned);
  await copyTokenizer(directory, out);
  const { effectiveTokens } = history[history.length - 1];
  return { conversations: examples.length, steps, effectiveTokens, trainingLoss: lateLoss(history) };
}
