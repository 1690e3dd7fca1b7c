/**
 * @file Scoring: a score per token and per document, of documents of any length.
 *
 * A score is round(255 p). Special tokens score 0. A document's scores depend on nothing but the document, the classifier
 * and the settings below: not on its neighbours, nor on how the documents are handed over.
 */
import { readManifest } from "../base/stage.js";
import type { Precision } from "../nn/index.js";
import { type ClassifierFile, readClassifierFile, requireScorable } from "./classifier-file.js";
import { openNgram } from "./ngram/scorer.js";
import { openProbes } from "./probe-scorer.js";
import type { DocumentLogits, DocumentScores } from "./stream.js";

export type Documents = Iterable<Uint32Array> | AsyncIterable<Uint32Array>;

/** Scores documents. */
export interface Scorer {
  /**
   * Scores documents, in the order given, as they come. Held in memory are about a million tokens, or one document if it is
   * longer, with a logit per token.
   */
  score(documents: Documents): AsyncGenerator<DocumentScores>;
  /** The same before calibration and rounding. */
  logits(documents: Documents): AsyncGenerator<DocumentLogits>;
  /** 1 for special tokens, by id. */
  isSpecial: Uint8Array;
  /** Seconds spent inside the native runtime so far. */
  modelSeconds(): number;
  release(): Promise<void>;
}

/** A finished classifier, ready to score. */
export interface Classifier extends Scorer {
  file: ClassifierFile;
  /** Of the whole artifact: what scores are stamped with. */
  fingerprint: string;
}

/** How models compute; of no effect on n-grams. */
export interface ScorerOptions {
  /** Threads of the native runtime. */
  threads?: number;
  /** Arithmetic of the matrix products. int8 is faster and less exact, by how much comparePrecisions says. */
  precision?: Precision;
  /**
   * Share of the context that a window of a long document shares with the one before, in [0, 1). More gives the tokens at a
   * window's start more context and costs 1 / (1 - overlap) of the time.
   */
  overlap?: number;
}

/** Opens a finished classifier of a kind that can score. @throws UserError when something in it is missing or does not fit */
export async function openClassifier(directory: string, options: ScorerOptions = {}): Promise<Classifier> {
  readManifest(directory, "classifier");
  const file = readClassifierFile(directory);
  requireScorable(file, directory);
  return file.kind === "ngram" ? openNgram(directory) : openProbes(directory, options);
}
