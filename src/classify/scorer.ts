/**
 * @file Scoring: a probability per token and per document, of documents of any length.
 *
 * Special tokens score 0. A document's scores depend on nothing but the document and the classifier.
 */
import { join } from "node:path";
import { specialMask } from "../label/index.js";
import { loadTokenizer } from "../tokens/index.js";
import { type BiLm, openBiLm, poolFeatures, readStates, releaseBiLm } from "./bilm.js";
import { calibrated } from "./calibrate.js";
import { type ClassifierFile, type ClassifierProbes, readClassifier } from "./classifier-file.js";
import { type LinearProbe, logitsOf } from "./loss.js";

export interface DocumentScores {
  /** Index among the documents given. */
  document: number;
  /** Probability that each token is forget; 0 for special ones. */
  tokens: Float64Array;
  /** Probability that the document is forget; 0 when it has special tokens only. */
  probability: number;
}

export interface Classifier {
  file: ClassifierFile;
  /** Of the whole artifact: what scores are stamped with. */
  fingerprint: string;
  /** Scores documents, in order. */
  score(documents: readonly Uint32Array[]): AsyncGenerator<DocumentScores>;
  release(): Promise<void>;
}

/** Opens a finished classifier. @throws UserError when something in it is missing or does not fit */
export async function openClassifier(directory: string, { threads = 1 } = {}): Promise<Classifier> {
  const { file, probes, fingerprint } = readClassifier(directory);
  const specials = new Set(Object.values(loadTokenizer(directory).specials));
  const biLm = openBiLm(join(directory, "left"), join(directory, "right"), threads);
  return {
    file,
    fingerprint,
    score: (documents) => scoreDocuments(biLm, file, probes, specials, documents),
    release: () => releaseBiLm(biLm),
  };
}

/** Scores documents with probes on a biLM. */
export async function* scoreDocuments(
  biLm: BiLm,
  file: Pick<ClassifierFile, "token" | "document" | "widths">,
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
    yield { document, tokens, probability };
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
