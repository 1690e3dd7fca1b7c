/**
 * @file biLM: a left-to-right and a right-to-left model whose states at a token, concatenated, are its features.
 *
 * The left half's state depends on tokens <= t only, the right half's on tokens >= t only (paper 5.2). Layers count from
 * the embedding (0) to the output of the last block, without the final norm. Documents of any length are read whole.
 */
import { UserError } from "../base/errors.js";
import { loadModel, type Model, type StateReader, stateReader } from "../nn/index.js";
import { loadTokenizer, requireSameTokenizer } from "../tokens/index.js";

export interface BiLm {
  left: StateReader;
  right: StateReader;
}

/** States of one document at the layers asked for, per layer [tokens, width of that half]. */
export interface BiLmStates {
  /** Index among the documents given. */
  document: number;
  left: Float32Array[];
  right: Float32Array[];
}

/** Both models, checked. @throws UserError when a direction, the tokenizers or the layers do not fit */
export function loadHalves(leftDirectory: string, rightDirectory: string): { left: Model; right: Model } {
  const fingerprints = [leftDirectory, rightDirectory].map((directory) => loadTokenizer(directory).fingerprint);
  requireSameTokenizer(
    { what: `The left half ${leftDirectory}`, fingerprint: fingerprints[0] },
    { what: `the right half ${rightDirectory}`, fingerprint: fingerprints[1] },
    "Pretrain both halves on the same tokens: lacuna pretrain.",
  );
  const [left, right] = [loadModel(leftDirectory), loadModel(rightDirectory)];
  for (const [model, directory, wanted] of [
    [left, leftDirectory, "forward"],
    [right, rightDirectory, "reverse"],
  ] as const) {
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

/** Opens both halves for reading states. @throws UserError as loadHalves does */
export function openBiLm(leftDirectory: string, rightDirectory: string, threads: number): BiLm {
  const { left, right } = loadHalves(leftDirectory, rightDirectory);
  const { endOfText } = loadTokenizer(leftDirectory).specials;
  return { left: stateReader(left, endOfText, { threads }), right: stateReader(right, endOfText, { threads }) };
}

/** Numbers in a token's features: the widths of both halves. */
export function featureWidth({ left, right }: BiLm): number {
  return left.model.config.width + right.model.config.width;
}

export async function releaseBiLm({ left, right }: BiLm): Promise<void> {
  await left.release();
  await right.release();
}

/** Reads documents through both halves, in order. What a document gets does not depend on its neighbours. */
export async function* readStates(
  { left, right }: BiLm,
  documents: readonly Uint32Array[],
  layers: readonly number[],
): AsyncGenerator<BiLmStates> {
  const rights = right.read(documents, { reverse: true, layers });
  for await (const { document, states } of left.read(documents, { reverse: false, layers })) {
    const other = await rights.next();
    if (other.done || other.value.document !== document) throw new Error(`The right half skipped document ${document}`);
    yield { document, left: states, right: other.value.states };
  }
}

/** Copies the features of one token, left then right, into `target` at row `row`. */
export function copyFeatures(
  { left, right }: { left: Float32Array; right: Float32Array },
  widths: { left: number; right: number },
  token: number,
  target: Float32Array,
  row: number,
): void {
  const at = row * (widths.left + widths.right);
  target.set(left.subarray(token * widths.left, (token + 1) * widths.left), at);
  target.set(right.subarray(token * widths.right, (token + 1) * widths.right), at + widths.left);
}

/** Mean features over the tokens that are not special, double precision; undefined when there are none. */
export function poolFeatures(
  { left, right }: { left: Float32Array; right: Float32Array },
  widths: { left: number; right: number },
  isSpecial: Uint8Array,
): Float32Array | undefined {
  const sums = new Float64Array(widths.left + widths.right);
  let count = 0;
  for (let token = 0; token < isSpecial.length; token++) {
    if (isSpecial[token] === 1) continue;
    count++;
    for (let j = 0; j < widths.left; j++) sums[j] += left[token * widths.left + j];
    for (let j = 0; j < widths.right; j++) sums[widths.left + j] += right[token * widths.right + j];
  }
  return count === 0 ? undefined : Float32Array.from(sums, (sum) => sum / count);
}
