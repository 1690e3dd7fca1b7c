/**
 * @file From a token shard to the batches a model trains on.
 *
 * Documents are laid end to end (for a reverse model each one's content is reversed, its end-of-text stays last), cut
 * into windows of context + 1 tokens that overlap by one, and drawn in a seeded permutation per epoch. Batch i is
 * computable from (seed, i) alone, so resuming needs a step number and nothing else. The last few tokens that do not
 * fill a window are not seen. Windows ignore document boundaries, as is usual; end-of-text tells the model of them.
 */
import { grouped, UserError } from "../base/errors.js";
import { random } from "../base/random.js";
import { type View, viewOf } from "../filter/index.js";
import type { Direction, TrainingBatch } from "../nn/index.js";
import type { Specials, TokenShard } from "../tokens/index.js";

/** A corpus in training order. All [tokens]. */
export interface Stream {
  /** What the model reads. */
  inputs: Int32Array;
  /** What it is to predict: the original tokens. */
  targets: Int32Array;
  /** 1 where the token is trained when it is the target. */
  lossMask: Uint8Array;
}

/** Lays the documents a view keeps end to end, in one direction. */
export function streamOf(
  view: View,
  tokens: Uint32Array,
  documentOffsets: ArrayLike<number>,
  endOfText: number,
  direction: Direction,
): Stream {
  const order = trainingOrder(view.keptDocuments, tokens, documentOffsets, endOfText, direction);
  return {
    inputs: Int32Array.from(order, (index) => view.inputs[index]),
    targets: Int32Array.from(order, (index) => tokens[index]),
    lossMask: Uint8Array.from(order, (index) => view.lossMask[index]),
  };
}

/** Everything in a shard, trained on. */
export function wholeView({ tokens, docOffsets }: TokenShard, specials: Specials): View {
  return viewOf({ method: "none", threshold: 1 }, tokens, undefined, undefined, docOffsets, specials);
}

/** Everything in a shard, end to end. */
export function wholeStream(shard: TokenShard, specials: Specials, direction: Direction): Stream {
  return streamOf(wholeView(shard, specials), shard.tokens, shard.docOffsets, specials.endOfText, direction);
}

/** Index in the shard of each token of the stream. */
function trainingOrder(
  documents: Uint32Array,
  tokens: Uint32Array,
  offsets: ArrayLike<number>,
  endOfText: number,
  direction: Direction,
): Uint32Array {
  let length = 0;
  for (const document of documents) length += offsets[document + 1] - offsets[document];
  const order = new Uint32Array(length);
  let filled = 0;
  for (const document of documents) {
    const [start, end] = [Number(offsets[document]), Number(offsets[document + 1])];
    const contentEnd = end > start && tokens[end - 1] === endOfText ? end - 1 : end;
    for (let i = start; i < contentEnd; i++)
      order[filled++] = direction === "forward" ? i : contentEnd - 1 - (i - start);
    if (contentEnd < end) order[filled++] = contentEnd;
  }
  return order;
}

/** Windows of context + 1 tokens, overlapping by one, that fit into a stream. */
export function windowCount(stream: Stream, context: number): number {
  return Math.max(0, Math.floor((stream.inputs.length - 1) / context));
}

/** Which windows a step trains on. */
export interface WindowSampler {
  /** Indices of the windows of step 0, 1, ..., shape [batch]. */
  windowsOf(step: number): Uint32Array;
}

/**
 * Draws windows without replacement, epoch after epoch, each in its own seeded permutation.
 * A batch may span the end of one epoch and the start of the next.
 */
export function windowSampler(windows: number, batch: number, seed: number): WindowSampler {
  const permutations = new Map<number, Uint32Array>();
  const permutation = (epoch: number) => {
    if (!permutations.has(epoch)) {
      for (const old of permutations.keys()) if (old < epoch - 1) permutations.delete(old);
      permutations.set(epoch, random(seed, `batches:epoch:${epoch}`).permutation(windows));
    }
    return permutations.get(epoch)!;
  };
  return {
    windowsOf: (step) =>
      Uint32Array.from({ length: batch }, (_, row) => {
        const drawn = step * batch + row;
        return permutation(Math.floor(drawn / windows))[drawn % windows];
      }),
  };
}

/** Copies windows into a batch: inputs are a window's first `context` tokens, targets its last. */
export function batchOf(stream: Stream, context: number, windows: Uint32Array): TrainingBatch {
  const size = windows.length * context;
  const batch = { tokens: new Int32Array(size), targets: new Int32Array(size), lossMask: new Uint8Array(size) };
  windows.forEach((window, row) => {
    const start = window * context;
    batch.tokens.set(stream.inputs.subarray(start, start + context), row * context);
    batch.targets.set(stream.targets.subarray(start + 1, start + 1 + context), row * context);
    batch.lossMask.set(stream.lossMask.subarray(start + 1, start + 1 + context), row * context);
  });
  return batch;
}

/** Targets that count in each window, shape [windows]. */
export function countedTargets(stream: Stream, context: number): Uint32Array {
  return Uint32Array.from({ length: windowCount(stream, context) }, (_, window) =>
    stream.lossMask.subarray(window * context + 1, (window + 1) * context + 1).reduce((sum, counts) => sum + counts, 0),
  );
}

/** @throws UserError when a stream cannot fill one window or trains no token at all */
export function checkStream(stream: Stream, context: number, what: string): void {
  if (windowCount(stream, context) === 0) {
    throw new UserError(
      `The ${what} holds ${grouped(stream.inputs.length)} tokens; one window takes ${context + 1} (--context + 1). Give more text or a smaller --context.`,
    );
  }
  if (!countedTargets(stream, context).some((count) => count > 0)) {
    throw new UserError(
      `The ${what} has no token left to train on: the policy filters everything. Raise its threshold.`,
    );
  }
}
