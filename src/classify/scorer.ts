/**
 * @file Scoring: a score per token and per document, of documents of any length.
 *
 * A score is round(255 p). Special tokens score 0. A document's scores depend on nothing but the document and the
 * classifier: not on its neighbours, nor on how the documents are handed over.
 */
import { join } from "node:path";
import { specialMask } from "../label/index.js";
import { loadTokenizer } from "../tokens/index.js";
import { type BiLm, openBiLm, poolFeatures, readStates, releaseBiLm } from "./bilm.js";
import { calibrated } from "./calibrate.js";
import { type ClassifierFile, type ClassifierProbes, readClassifier } from "./classifier-file.js";
import { type LinearProbe, logitsOf } from "./loss.js";
import { quantise } from "./threshold.js";

export interface DocumentScores {
  /** Index among the documents given. */
  document: number;
  /** round(255 p) that each token is forget; 0 for special ones. Shape [tokens]. */
  tokenScores: Uint8Array<ArrayBuffer>;
  /** round(255 p) that the document is forget, 0..255; 0 when it has special tokens only. */
  documentScore: number;
}

export interface Classifier {
  file: ClassifierFile;
  /** Of the whole artifact: what scores are stamped with. */
  fingerprint: string;
  /** Scores documents, in order, a few million tokens at most at a time. */
  score(documents: Iterable<Uint32Array> | AsyncIterable<Uint32Array>): AsyncGenerator<DocumentScores>;
  release(): Promise<void>;
}

export interface OpenClassifierOptions {
  /** Threads of the native runtime. */
  threads?: number;
}

/** Opens a finished classifier. @throws UserError when something in it is missing or does not fit */
export async function openClassifier(
  directory: string,
  { threads = 1 }: OpenClassifierOptions = {},
): Promise<Classifier> {
  const { file, probes, fingerprint } = readClassifier(directory);
  const specials = new Set(Object.values(loadTokenizer(directory).specials));
  const biLm = openBiLm(join(directory, "left"), join(directory, "right"), threads);
  return {
    file,
    fingerprint,
    async *score(documents) {
      let first = 0;
      for await (const some of chunks(documents, 100_000)) {
        for await (const one of scoreDocuments(biLm, file, probes, specials, some))
          yield { ...one, document: first + one.document };
        first += some.length;
      }
    },
    release: () => releaseBiLm(biLm),
  };
}

/** Runs of documents of about `tokens` tokens. */
async function* chunks(documents: Iterable<Uint32Array> | AsyncIterable<Uint32Array>, tokens: number) {
  let some: Uint32Array[] = [];
  let held = 0;
  for await (const document of documents) {
    some.push(document);
    held += document.length + 1;
    if (held < tokens) continue;
    yield some;
    [some, held] = [[], 0];
  }
  if (some.length > 0) yield some;
}

async function* scoreDocuments(
  biLm: BiLm,
  file: ClassifierFile,
  probes: ClassifierProbes,
  specials: ReadonlySet<number>,
  documents: readonly Uint32Array[],
): AsyncGenerator<DocumentScores> {
  const layers = [...new Set([file.token.layer, file.document.layer])];
  const { widths } = file;
  for await (const { document, left, right } of readStates(biLm, documents, layers)) {
    const isSpecial = specialMask(documents[document], specials);
    const logits = tokenLogits(probes.token, left[0], right[0], widths);
    const tokens = calibrated(logits, file.token.calibration).map((p, token) => (isSpecial[token] === 1 ? 0 : p));
    const last = layers.length - 1;
    const pooled = poolFeatures({ left: left[last], right: right[last] }, widths, isSpecial);
    const probability = pooled ? calibrated(logitsOf(pooled, probes.document), file.document.calibration)[0] : 0;
    yield { document, tokenScores: quantise(tokens), documentScore: Math.round(255 * probability) };
  }
}

/** Logits of every token: the left weights on the left states plus the right weights on the right states. */
function tokenLogits(
  { weights, bias }: LinearProbe,
  left: Float32Array,
  right: Float32Array,
  widths: { left: number },
): Float64Array {
  const fromLeft = logitsOf(left, { weights: weights.subarray(0, widths.left), bias });
  const fromRight = logitsOf(right, { weights: weights.subarray(widths.left), bias: 0 });
  return fromLeft.map((logit, token) => logit + fromRight[token]);
}
