/**
 * @file The backbone: the frozen models whose states at a token, side by side, are its features.
 *
 * A biLM is a left-to-right and a right-to-left model: the left half's state depends on tokens <= t only, the right half's
 * on tokens >= t only (paper 5.2). An encoder is one model that sees both sides. Layers count from the embedding (0) to
 * the output of the last block, without the final norm. Documents of any length are read whole. What words say of a token may
 * stand beside the states, as a part without layers.
 */
import { UserError } from "../base/errors.js";
import { loadAnyModel, type Model, type StateReader, stateReader } from "../nn/index.js";
import { loadTokenizer, requireSameTokenizer } from "../tokens/index.js";
import type { ColumnReader } from "./ngram/columns.js";
import { COLUMNS } from "./ngram/logits.js";

/** The models of a backbone by their place, in the order of their features. */
export const PARTS = ["left", "right", "encoder"] as const;
export type Part = (typeof PARTS)[number];

export interface Backbone {
  readers: readonly StateReader[];
  /** What words say of each token, the last of its features; nothing where a classifier reads models alone. */
  columns?: ColumnReader;
}

/** Directories of the models: left and right, or encoder. */
export type BackbonePaths = Partial<Record<Part, string>>;

/** Features of one document at the layers asked for, [part][layer], each [tokens, width of that part]. */
export interface BackboneStates {
  /** Index among the documents given. */
  document: number;
  states: Float32Array[][];
}

/** Both models of a biLM, checked. @throws UserError when a direction, the tokenizers or the layers do not fit */
export function loadHalves(leftDirectory: string, rightDirectory: string): { left: Model; right: Model } {
  const fingerprints = [leftDirectory, rightDirectory].map((directory) => loadTokenizer(directory).fingerprint);
  requireSameTokenizer(
    { what: `The left half ${leftDirectory}`, fingerprint: fingerprints[0] },
    { what: `the right half ${rightDirectory}`, fingerprint: fingerprints[1] },
    "Pretrain both halves on the same tokens: npx lacuna pretrain.",
  );
  const [left, right] = [loadAnyModel(leftDirectory), loadAnyModel(rightDirectory)];
  for (const [model, directory, wanted] of [
    [left, leftDirectory, "forward"],
    [right, rightDirectory, "reverse"],
  ] as const) {
    if (model.config.bidirectional)
      throw new UserError(`${directory} is an encoder, no half of a biLM. Give it alone: --encoder ${directory}.`);
    if (model.direction === wanted) continue;
    throw new UserError(
      `${directory} reads ${model.direction}, this half must read ${wanted}. Pretrain it with --direction ${wanted}.`,
    );
  }
  if (left.config.layers !== right.config.layers) {
    throw new UserError(
      `${leftDirectory} has ${left.config.layers} layers, ${rightDirectory} ${right.config.layers}. Both halves must have as many.`,
    );
  }
  return { left, right };
}

function loadEncoder(directory: string): Model {
  const model = loadAnyModel(directory);
  if (model.config.bidirectional) return model;
  throw new UserError(
    `${directory} reads ${model.direction}, it is no encoder. Pretrain one with --objective masked, or give it as --left or --right.`,
  );
}

/** @throws UserError when the directories are neither a biLM's nor an encoder's, or a model does not fit its place */
export function loadBackbone({ left, right, encoder }: BackbonePaths): Model[] {
  if (encoder !== undefined && left === undefined && right === undefined) return [loadEncoder(encoder)];
  if (encoder === undefined && left !== undefined && right !== undefined) {
    return Object.values(loadHalves(left, right));
  }
  throw new UserError("A backbone is a biLM (--left DIR --right DIR) or an encoder (--encoder DIR): give one of them.");
}

/** Opens a backbone for reading states. @throws UserError as loadBackbone does */
export function openBackbone(paths: BackbonePaths, threads: number): Backbone {
  const models = loadBackbone(paths);
  const { endOfText } = loadTokenizer((paths.left ?? paths.encoder)!).specials;
  return { readers: models.map((model) => stateReader(model, endOfText, { threads })) };
}

/** Numbers in a token's features, by part. */
export function featureWidths({ readers, columns }: Backbone): number[] {
  return [...readers.map(({ model }) => model.config.width), ...(columns ? [COLUMNS] : [])];
}

export async function releaseBackbone({ readers }: Backbone): Promise<void> {
  for (const reader of readers) await reader.release();
}

/** Reads documents through every part, in order. What a document gets does not depend on its neighbours. */
export async function* readStates(
  { readers, columns }: Backbone,
  documents: readonly Uint32Array[],
  layers: readonly number[],
): AsyncGenerator<BackboneStates> {
  const [first, ...others] = readers.map((reader) => reader.read(documents, { layers }));
  for await (const { document, states } of first) {
    const parts = [states];
    for (const other of others) {
      const next = await other.next();
      if (next.done || next.value.document !== document) throw new Error(`A half skipped document ${document}`);
      parts.push(next.value.states);
    }
    if (columns) {
      const here = columns(documents[document]);
      parts.push(layers.map(() => here));
    }
    yield { document, states: parts };
  }
}

/** Copies the features of one token, part by part, into `target` at row `row`. states: [tokens, width] of each part. */
export function copyFeatures(
  states: readonly Float32Array[],
  widths: readonly number[],
  token: number,
  target: Float32Array,
  row: number,
): void {
  let at = row * widths.reduce((sum, width) => sum + width, 0);
  for (const [part, width] of widths.entries()) {
    target.set(states[part].subarray(token * width, (token + 1) * width), at);
    at += width;
  }
}

/** Mean features over the tokens that are not special, double precision; undefined when there are none. */
export function poolFeatures(
  states: readonly Float32Array[],
  widths: readonly number[],
  isSpecial: Uint8Array,
): Float32Array | undefined {
  const sums = widths.map((width) => new Float64Array(width));
  let count = 0;
  for (let token = 0; token < isSpecial.length; token++) {
    if (isSpecial[token] === 1) continue;
    count++;
    for (const [part, width] of widths.entries()) {
      for (let j = 0; j < width; j++) sums[part][j] += states[part][token * width + j];
    }
  }
  return count === 0
    ? undefined
    : Float32Array.from(
        sums.flatMap((sum) => [...sum]),
        (sum) => sum / count,
      );
}
