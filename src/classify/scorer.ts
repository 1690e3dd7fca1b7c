/**
 * @file Scoring: a score per token and per document, of documents of any length.
 *
 * A score is round(255 p). Special tokens score 0. A document's scores depend on nothing but the document, the classifier
 * and the settings below: not on its neighbours, nor on how the documents are handed over.
 */
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { documentReader, type Model, type Precision, type ReadOutPrograms, readOutPrograms } from "../nn/index.js";
import { loadTokenizer } from "../tokens/index.js";
import { loadHalves } from "./backbone.js";
import type { Calibration } from "./calibrate.js";
import { type ClassifierFile, readClassifier, requireScorable } from "./classifier-file.js";
import type { LinearProbe } from "./loss.js";
import { type DocumentLogits, type DocumentScores, logitsOfDocuments, scoresOf } from "./stream.js";

type Documents = Iterable<Uint32Array> | AsyncIterable<Uint32Array>;

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

/** A probe on a layer of both halves: its weights are those of the left half, then those of the right. */
interface PlacedProbe {
  layer: number;
  probe: LinearProbe;
  calibration: Calibration;
}

export interface ScorerParts {
  left: Model;
  right: Model;
  token: PlacedProbe;
  document: PlacedProbe;
  /** Ids of special tokens, by name. */
  specials: { endOfText: number; [name: string]: number };
}

/** Opens a finished classifier on a biLM. @throws UserError when something in it is missing or does not fit */
export async function openClassifier(directory: string, options: ScorerOptions = {}): Promise<Classifier> {
  const { file, probes, fingerprint } = readClassifier(directory);
  requireScorable(file, directory);
  const placed = (probe: "token" | "document") => {
    const { layer, calibration } = file[probe];
    return { layer, calibration, probe: probes[probe] };
  };
  const parts = {
    ...loadHalves(join(directory, "left"), join(directory, "right")),
    token: placed("token"),
    document: placed("document"),
    specials: loadTokenizer(directory).specials,
  };
  return { file, fingerprint, ...createScorer(parts, options) };
}

/** A scorer of models and probes in memory. Nothing is compiled before the first document. */
export function createScorer(parts: ScorerParts, options: ScorerOptions = {}): Scorer {
  const { threads = 1, precision = "f32", overlap = 0.5 } = options;
  if (!(overlap >= 0 && overlap < 1))
    throw new UserError(`Windows cannot share ${overlap} of the context: overlap is at least 0 and below 1.`);
  const { left, right, token, document, specials } = parts;
  const isSpecial = new Uint8Array(left.config.vocabulary);
  for (const id of Object.values(specials)) isSpecial[id] = 1;
  const width = left.config.width;
  const programsOf = (model: Model, from: number, to?: number) => {
    const readOuts = [token, document].map(({ layer, probe }) => ({
      layer,
      weights: Float32Array.from(probe.weights.subarray(from, to)),
    }));
    return readOutPrograms(model, readOuts, { threads, precision });
  };
  const programs = [programsOf(left, 0, width), programsOf(right, width)];
  const logits = (documents: Documents) => {
    const reader = (half: ReadOutPrograms, reverse: boolean) =>
      documentReader(half, { endOfText: specials.endOfText, reverse, overlap });
    return logitsOfDocuments(documents, {
      readers: [reader(programs[0], false), reader(programs[1], true)],
      tokenBias: token.probe.bias,
      documentBias: document.probe.bias,
      isSpecial,
    });
  };
  const calibration = { token: token.calibration, document: document.calibration };
  return {
    logits,
    async *score(documents) {
      for await (const one of logits(documents)) yield scoresOf(one, calibration, isSpecial);
    },
    isSpecial,
    modelSeconds: () => programs.reduce((sum, half) => sum + half.seconds(), 0),
    async release() {
      for (const half of programs) await half.release();
    },
  };
}
