/** @file The weights of an n-gram classifier: `ngram.safetensors` beside classifier.json and the tokenizer. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { writeJson } from "../../base/files.js";
import { readSafetensors, writeSafetensors } from "../../base/safetensors.js";
import { readManifest } from "../../base/stage.js";
import { type NgramFile, readClassifierFile } from "../classifier-file.js";
import type { NgramWeights } from "./model.js";

const FILE = "ngram.safetensors";

/** A classifier of n-grams as stored. */
export interface StoredNgram {
  file: NgramFile;
  weights: NgramWeights;
}

/** Writes classifier.json and ngram.safetensors: words in UTF-8, one after another, and where each ends. */
export async function writeNgram(directory: string, file: NgramFile, weights: NgramWeights): Promise<void> {
  const { words, wordWeights, pieceWeights, bias } = weights;
  let end = 0;
  const ends = Uint32Array.from(words, (word) => (end += Buffer.byteLength(word)));
  const tensors = {
    bias: { data: Float64Array.of(bias), shape: [1] },
    piece_weights: { data: Float32Array.from(pieceWeights), shape: [pieceWeights.length] },
    word_weights: { data: Float32Array.from(wordWeights), shape: [wordWeights.length] },
    word_ends: { data: ends, shape: [ends.length] },
    words: { data: new Uint8Array(Buffer.from(words.join(""))), shape: [end] },
  };
  await writeSafetensors(join(directory, FILE), tensors, { tokenizer: file.tokenizer, domain: file.domain });
  await writeJson(join(directory, "classifier.json"), file);
}

/** Reads a finished classifier of n-grams. @throws UserError when it is not one, or its tensors do not fit together */
export function readNgram(directory: string): StoredNgram & { fingerprint: string } {
  const { fingerprint } = readManifest(directory, "classifier");
  return { ...readNgramFiles(directory), fingerprint };
}

/** Copies what `readNgramFiles` reads: all of a finished classifier that does not depend on when it was made. */
export function copyNgram(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of ["classifier.json", FILE]) copyFileSync(join(from, name), join(to, name));
}

/** Reads a copy inside another classifier. @throws UserError as readNgram does */
export function readNgramFiles(directory: string): StoredNgram {
  const file = readClassifierFile(directory);
  if (file.kind !== "ngram") throw new UserError(`${directory} is a classifier of kind ${file.kind}, not of n-grams.`);
  const path = join(directory, FILE);
  const { tensors } = readSafetensors(path, ["bias", "piece_weights", "word_weights", "word_ends", "words"]);
  const [bias, pieceWeights, wordWeights, ends, text] = [
    tensors.bias.data,
    tensors.piece_weights.data,
    tensors.word_weights.data,
    tensors.word_ends.data,
    tensors.words.data,
  ];
  if (
    !(bias instanceof Float64Array && pieceWeights instanceof Float32Array && wordWeights instanceof Float32Array) ||
    !(ends instanceof Uint32Array && text instanceof Uint8Array) ||
    ends.length !== wordWeights.length ||
    (ends.at(-1) ?? 0) !== text.length ||
    pieceWeights.length === 0
  ) {
    throw new UserError(
      `${path} is damaged: ${wordWeights.length} word weights for ${ends.length} words, ${pieceWeights.length} piece weights. Fit the classifier again.`,
    );
  }
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const words = Array.from(ends, (end, row) => bytes.toString("utf8", row === 0 ? 0 : ends[row - 1], end));
  return { file, weights: { words, wordWeights, pieceWeights, bias: bias[0] } };
}
