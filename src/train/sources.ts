/**
 * @file Sources of batches for finetuning: windows of a stream, or examples of their own, padded.
 *
 * Batch i follows from (seed, i) alone, as in pretraining; items are drawn without replacement, epoch after epoch.
 */
import { grouped, UserError } from "../base/errors.js";
import type { TrainingBatch } from "../nn/index.js";
import { batchOf, checkStream, type Stream, windowCount, windowSampler } from "./batches.js";

export interface BatchSource {
  /** Tokens in a row. */
  context: number;
  /** Rows in a batch. */
  batch: number;
  /** Windows or examples there are: one epoch is items / batch steps. */
  items: number;
  batchAt(step: number): TrainingBatch;
}

export interface SourceOptions {
  context: number;
  batch: number;
  /** Of the order of items. */
  seed: number;
}

/** Windows of a stream. @throws UserError when the stream cannot fill one, naming it as `what` */
export function windowSource(stream: Stream, { context, batch, seed }: SourceOptions, what: string): BatchSource {
  checkStream(stream, context, what);
  const items = windowCount(stream, context);
  const sampler = windowSampler(items, batch, seed);
  return { context, batch, items, batchAt: (step) => batchOf(stream, context, sampler.windowsOf(step)) };
}

/** A text to learn from, of which only some tokens are learnt: a prompt with its answer. */
export interface Example {
  /** At most context + 1. */
  tokens: ArrayLike<number>;
  /** 1 where the token is trained when it is the target; the first token never is. As long as `tokens`. */
  lossMask: ArrayLike<number>;
}

/**
 * Examples, one a row, padded at the end; padding is never a target, and no token before it sees it.
 * @param pad - id of the padding token
 * @throws UserError naming the example that is too long or trains nothing
 */
export function exampleSource(
  examples: readonly Example[],
  { context, batch, seed }: SourceOptions,
  pad: number,
): BatchSource {
  checkExamples(examples, context);
  const sampler = windowSampler(examples.length, batch, seed);
  const batchAt = (step: number): TrainingBatch => {
    const rows = Array.from(sampler.windowsOf(step), (index) => examples[index]);
    const size = batch * context;
    const all = { tokens: new Int32Array(size).fill(pad), targets: new Int32Array(size).fill(pad) };
    const lossMask = new Uint8Array(size);
    rows.forEach(({ tokens, lossMask: trained }, row) => {
      for (let position = 0; position + 1 < tokens.length; position++) {
        const at = row * context + position;
        all.tokens[at] = tokens[position];
        all.targets[at] = tokens[position + 1];
        lossMask[at] = trained[position + 1];
      }
    });
    return { ...all, lossMask };
  };
  return { context, batch, items: examples.length, batchAt };
}

function checkExamples(examples: readonly Example[], context: number): void {
  if (examples.length === 0) throw new UserError("There is no example to train on. Check the file of examples.");
  examples.forEach(({ tokens, lossMask }, index) => {
    if (lossMask.length !== tokens.length) {
      throw new Error(`Example ${index} has ${tokens.length} tokens and a loss mask of ${lossMask.length}`);
    }
    if (tokens.length > context + 1) {
      throw new UserError(
        `Example ${grouped(index + 1)} has ${grouped(tokens.length)} tokens; a row holds ${grouped(context + 1)} (--context + 1). Shorten it, or give a larger --context.`,
      );
    }
    if (!Array.from(lossMask).some((counts, position) => position > 0 && counts !== 0)) {
      throw new UserError(`Example ${grouped(index + 1)} has no token to train on. Leave it out.`);
    }
  });
}
