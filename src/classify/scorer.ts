/**
 * @file Scoring: a score per token and per document, of documents of any length.
 *
 * A score is round(255 p). Special tokens score 0. A document's scores depend on nothing but the document, the classifier
 * and the settings below: not on its neighbours, nor on how the documents are handed over.
 */
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { documentReader, type Precision, type ReadOutPrograms, readOutPrograms } from "../nn/index.js";
import { loadTokenizer } from "../tokens/index.js";
import { loadHalves } from "./bilm.js";
import { type ClassifierFile, readClassifier } from "./classifier-file.js";
import type { LinearProbe } from "./loss.js";
import { type DocumentLogits, type DocumentScores, logitsOfDocuments, scoresOf } from "./stream.js";

type Documents = Iterable<Uint32Array> | AsyncIterable<Uint32Array>;

export interface Classifier {
  file: ClassifierFile;
  /** Of the whole artifact: what scores are stamped with. */
  fingerprint: string;
  /**
   * Scores documents, in the order given, as they come. Held in memory are about a million tokens, or one document if it is
   * longer, with a logit per token.
   */
  score(documents: Documents): AsyncGenerator<DocumentScores>;
  /** The same before calibration and rounding. */
  logits(documents: Documents): AsyncGenerator<DocumentLogits>;
  /** Seconds spent inside the native runtime so far. */
  modelSeconds(): number;
  release(): Promise<void>;
}

export interface OpenClassifierOptions {
  /** Threads of the native runtime. */
  threads?: number;
  /** Arithmetic of the matrix products. int8 is faster from width 256 on and less exact: see comparePrecisions. */
  precision?: Precision;
  /**
   * Share of the context that a window of a long document shares with the one before, in [0, 1). More gives the tokens at a
   * window's start more context and costs 1 / (1 - overlap) of the time.
   */
  overlap?: number;
}

/** Opens a finished classifier. @throws UserError when something in it is missing or does not fit */
export async function openClassifier(directory: string, options: OpenClassifierOptions = {}): Promise<Classifier> {
  const { threads = 1, precision = "f32", overlap = 0.5 } = options;
  if (!(overlap >= 0 && overlap < 1))
    throw new UserError(`Windows cannot share ${overlap} of the context: overlap is at least 0 and below 1.`);
  const { file, probes, fingerprint } = readClassifier(directory);
  const { specials } = loadTokenizer(directory);
  const halves = loadHalves(join(directory, "left"), join(directory, "right"));
  const isSpecial = new Uint8Array(halves.left.config.vocabulary);
  for (const id of Object.values(specials)) isSpecial[id] = 1;
  const programs = (["left", "right"] as const).map((half) => {
    const from = half === "left" ? 0 : file.widths.left;
    const part = ({ weights }: LinearProbe) => Float32Array.from(weights.subarray(from, from + file.widths[half]));
    const readOuts = (["token", "document"] as const).map((probe) => ({
      layer: file[probe].layer,
      weights: part(probes[probe]),
    }));
    return readOutPrograms(halves[half], readOuts, { threads, precision });
  });
  const logits = (documents: Documents) => {
    const reader = (half: ReadOutPrograms, reverse: boolean) =>
      documentReader(half, { endOfText: specials.endOfText, reverse, overlap });
    return logitsOfDocuments(documents, {
      readers: [reader(programs[0], false), reader(programs[1], true)],
      tokenBias: probes.token.bias,
      documentBias: probes.document.bias,
      isSpecial,
    });
  };
  const calibration = { token: file.token.calibration, document: file.document.calibration };
  return {
    file,
    fingerprint,
    logits,
    async *score(documents) {
      for await (const one of logits(documents)) yield scoresOf(one, calibration, isSpecial);
    },
    modelSeconds: () => programs.reduce((sum, half) => sum + half.seconds(), 0),
    async release() {
      for (const half of programs) await half.release();
    },
  };
}
