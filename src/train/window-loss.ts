/** @file Mean loss on fixed windows of a held-out stream, measured again and again while a model trains. */
import { type LossReader, lossReader, type Model, type Parameters } from "../nn/index.js";
import { batchOf, type Stream, windowCount } from "./batches.js";

export interface WindowLoss {
  /** Mean over every target of the windows, in nats per token. */
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
}

/** Opens a measure for models of one shape; the stream must fill one window. */
export function windowLoss(model: Model, stream: Stream, options: WindowLossOptions): WindowLoss {
  const { endOfText, batch, threads = 1 } = options;
  const { context } = model.config;
  const available = windowCount(stream, context);
  const count = Math.min(available, options.windows);
  const chosen = Uint32Array.from({ length: count }, (_, index) => Math.floor((index * available) / count));
  const { tokens, targets } = batchOf(stream, context, chosen);
  const reader: LossReader = lossReader(model, endOfText, { threads, batch: Math.min(batch, count) });
  return {
    async measure(parameters) {
      reader.load(parameters);
      const losses = await reader.windows(tokens, targets);
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    },
    tokens: count * context,
    release: () => reader.release(),
  };
}
