/**
 * @file The annotator: the model, or pair of models, whose states the SAE explains.
 *
 * A left-to-right model's state of a token knows nothing of what follows. The paper's annotator is large enough not to
 * mind; a tiny one reads a term before it reads what the term means. With a second model that reads from the end, the
 * two states of a token are set side by side, so
 * that latents can see both ways.
 */
import { UserError } from "../base/errors.js";
import { openStates, type StateReader } from "../nn/index.js";

export interface AnnotatorStates {
  /** Index among the documents given. */
  document: number;
  /** Shape [tokens, width]. */
  states: Float32Array;
}

export interface Annotator {
  /** Width of the states: of one model, or of both together. */
  width: number;
  /** Blocks; layers are 0 (the embedding) to this. */
  layers: number;
  /** Reads documents in order, at one layer. */
  read(documents: readonly Uint32Array[], layer: number): AsyncGenerator<AnnotatorStates>;
  release(): Promise<void>;
}

/**
 * Opens an annotator.
 *
 * @param model - model directory
 * @param reverse - directory of a model that reads from the end, of the same depth, or none
 * @throws UserError when the models do not fit together
 */
export async function openAnnotator(model: string, reverse: string | undefined, threads: number): Promise<Annotator> {
  const readers = [await openStates(model, { threads })];
  if (reverse !== undefined) readers.push(await openStates(reverse, { threads }));
  const [left, right] = readers.map((reader) => reader.model);
  if (right && (right.direction === left.direction || right.config.layers !== left.config.layers))
    throw new UserError(
      `${model} (${left.direction}, ${left.config.layers} blocks) and ${reverse} (${right.direction}, ` +
        `${right.config.layers} blocks) are no pair. Give a forward and a reverse model of the same depth.`,
    );
  return annotatorOf(readers);
}

/** An annotator of models in memory: one, or one of each direction. */
export function annotatorOf(readers: readonly StateReader[]): Annotator {
  const widths = readers.map((reader) => reader.model.config.width);
  const width = widths.reduce((sum, part) => sum + part, 0);
  return {
    width,
    layers: readers[0].model.config.layers,
    async *read(documents, layer) {
      const [first, ...others] = readers.map((reader) => reader.read(documents, { layers: [layer] }));
      for await (const { document, states } of first) {
        const parts = [states[0]];
        for (const other of others) parts.push((await other.next()).value.states[0]);
        yield { document, states: parts.length === 1 ? parts[0] : sideBySide(parts, widths, width) };
      }
    },
    async release() {
      for (const reader of readers) await reader.release();
    },
  };
}

/** Joins [tokens, a] and [tokens, b] into [tokens, a + b]. */
function sideBySide(parts: readonly Float32Array[], widths: readonly number[], width: number): Float32Array {
  const tokens = parts[0].length / widths[0];
  const joined = new Float32Array(tokens * width);
  for (let token = 0, to = 0; token < tokens; token++)
    for (const [index, part] of parts.entries()) {
      joined.set(part.subarray(token * widths[index], (token + 1) * widths[index]), to);
      to += widths[index];
    }
  return joined;
}
