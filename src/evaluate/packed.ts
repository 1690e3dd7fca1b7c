/**
 * @file Held-out losses on packed windows: the stream a model was trained on, read the way it was trained.
 *
 * Documents follow each other, each ending with end-of-text, and the stream is cut into windows of `context` without
 * overlap; the first token of a window is predicted from the last of the window before it, as in training. So a
 * token's context depends on where its window happens to begin, the same for every arm. Inputs are raw: no policy
 * applies to evaluation. For losses with at least half a window of context, see nn's LossReader.read.
 */
import type { Progress } from "../base/progress.js";
import { arrangeForLosses, type LossReader } from "../nn/index.js";
import { NO_DOMAIN } from "../tokens/index.js";
import type { DocumentLosses } from "./losses.js";

/** Tokens of held-out documents and what each token is. */
export interface HeldOut {
  /** Documents' tokens back to back, each document ending with end-of-text. Shape [tokens]. */
  tokens: Uint32Array;
  /** First token of each document, and the end. Shape [documents + 1]. */
  docOffsets: ArrayLike<number>;
  /** Column names of the result. */
  domains: readonly string[];
  /** Index into `domains` per token; NO_DOMAIN = counted nowhere (special tokens). Shape [tokens]. */
  labels: Uint8Array;
  endOfText: number;
}

/** Windows handed to the reader at a time: enough to fill its batches, few enough to report progress. */
const WINDOWS_PER_CALL = 64;

/**
 * Sums a model's losses per document and domain. Every token is predicted once, in the model's own direction.
 * @returns nats, [documents, domains]
 */
export async function packedLosses(
  reader: LossReader,
  held: HeldOut,
  progress: Progress = () => {},
): Promise<DocumentLosses> {
  const { tokens, docOffsets, domains, labels } = held;
  const documents = docOffsets.length - 1;
  const { targets, sources } = arrangeStream(reader, held);
  const inputs = new Int32Array(targets.length);
  inputs[0] = held.endOfText;
  inputs.set(targets.subarray(0, -1), 1);

  const losses = {
    domains,
    lossSum: new Float64Array(documents * domains.length),
    count: new Uint32Array(documents * domains.length),
  };
  const step = WINDOWS_PER_CALL * reader.model.config.context;
  let document = 0;
  for (let start = 0; start < targets.length; start += step) {
    const end = Math.min(start + step, targets.length);
    const window = await reader.windows(inputs.slice(start, end), targets.slice(start, end));
    for (let position = start; position < end; position++) {
      while (position >= docOffsets[document + 1]) document++;
      const label = labels[sources[position]];
      if (label === NO_DOMAIN) continue;
      const cell = document * domains.length + label;
      losses.lossSum[cell] += window[position - start];
      losses.count[cell]++;
    }
    progress({ done: end, total: tokens.length, unit: "tokens" });
  }
  return losses;
}

/** The stream in the model's direction, and for each position the token (natural order) that is predicted there. */
function arrangeStream(reader: LossReader, { tokens, docOffsets, endOfText }: HeldOut) {
  const targets = new Int32Array(tokens.length);
  const sources = new Uint32Array(tokens.length);
  for (let document = 0; document + 1 < docOffsets.length; document++) {
    const [start, end] = [docOffsets[document], docOffsets[document + 1]];
    const reading = arrangeForLosses(tokens.subarray(start, end), endOfText, reader.model.direction);
    targets.set(reading.targets, start);
    for (let position = 0; position < end - start; position++) {
      sources[start + position] = start + reading.tokenAt(position);
    }
  }
  return { targets, sources };
}
