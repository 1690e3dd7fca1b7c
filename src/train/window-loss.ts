/** @file Mean loss on fixed windows of a held-out stream, measured again and again while a model trains. */
import { type LossReader, lossReader, type Model, type Parameters } from "../nn/index.js";
import { batchOf, type Stream, windowCount } from "./batches.js";
import { type Masking, maskedBatchOf } from "./masking.js";

export interface WindowLoss {
  /** Mean over every target of the windows, or over the masked tokens alone, in nats per token. */
  measure(parameters: Parameters): Promise<number>;
  /** Targets it is a mean over. */
  tokens: number;
  release(): Promise<void>;
}

export interface WindowLossOptions {
  endOfText: number;
  /** Windows to measure on, evenly spread over the stream; all of them when there are fewer. */
  windows: number;
  /** Windows per run of the native graph. */
  batch: number;
  threads?: number;
  /** Of an encoder: the same masks at every measure. */
  masking?: Masking;
}

/** Opens a measure for models of one shape; the stream must fill one window. */
export function windowLoss(model: Model, stream: Stream, options: WindowLossOptions): WindowLoss {
  const { endOfText, batch, threads = 1, masking } = options;
  const { context } = model.config;
  const available = windowCount(stream, context);
  const count = Math.min(available, options.windows);
  const chosen = Uint32Array.from({ length: count }, (_, index) => Math.floor((index * available) / count));
  const { tokens, targets, lossMask } = masking
    ? maskedBatchOf(stream, context, chosen, masking, "validation")
    : batchOf(stream, context, chosen);
  // Without masks every target counts, whatever a policy keeps from being trained.
  const counts = masking ? lossMask : new Uint8Array(lossMask.length).fill(1);
  const counted = counts.reduce((sum, one) => sum + one, 0);
  const reader: LossReader = lossReader(model, endOfText, { threads, batch: Math.min(batch, count) });
  return {
    async measure(parameters) {
      reader.load(parameters);
      const losses = await reader.windows(tokens, targets);
      return losses.reduce((sum, loss, i) => sum + loss * counts[i], 0) / counted;
    },
    tokens: counted,
    release: () => reader.release(),
  };
}
