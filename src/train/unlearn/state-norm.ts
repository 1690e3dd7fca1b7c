/** @file How long a model's states are: what RMU's published coefficient of 20 has to be held against. */
import { type Model, stateReader } from "../../nn/index.js";
import { batchOf, type Stream, windowCount } from "../batches.js";

/** Windows it is measured on: some thousands of states. */
const WINDOWS = 16;

/** Mean length of the residual stream after a block (from 1) over the first windows of a stream. */
export async function meanStateNorm(
  model: Model,
  stream: Stream,
  { layer, endOfText, threads }: { layer: number; endOfText: number; threads: number },
): Promise<number> {
  const { context, width } = model.config;
  const windows = Math.min(WINDOWS, windowCount(stream, context));
  const { tokens } = batchOf(
    stream,
    context,
    Uint32Array.from({ length: windows }, (_, index) => index),
  );
  const documents = Array.from({ length: windows }, (_, row) =>
    Uint32Array.from(tokens.subarray(row * context, (row + 1) * context)),
  );
  const reader = stateReader(model, endOfText, { layers: [layer], threads });
  let [total, count] = [0, 0];
  try {
    // The stream is in the model's direction already.
    for await (const { states } of reader.read(documents, { reverse: false })) {
      for (let start = 0; start < states[0].length; start += width, count++)
        total += Math.hypot(...states[0].subarray(start, start + width));
    }
  } finally {
    await reader.release();
  }
  return total / count;
}
