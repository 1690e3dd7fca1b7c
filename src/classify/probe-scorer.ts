/** @file Scoring by a biLM: probes are read out inside the graphs of both halves; what words say is added per document. */
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { documentReader, type Model, type ReadOutPrograms, readOutPrograms } from "../nn/index.js";
import { loadTokenizer } from "../tokens/index.js";
import { loadHalves } from "./backbone.js";
import type { Calibration } from "./calibrate.js";
import type { LinearProbe } from "./loss.js";
import { type ColumnReader, columnReader, withColumns } from "./ngram/columns.js";
import { readNgramFiles } from "./ngram/model-file.js";
import { NGRAMS, readClassifier } from "./probe-file.js";
import type { Classifier, Documents, Scorer, ScorerOptions } from "./scorer.js";
import { logitsOfDocuments, scoresOf } from "./stream.js";

/** A probe on a layer of both halves: its weights are those of the left half, of the right, then of the columns of words. */
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
  /** Reads what words say of tokens, where the probes were fitted on that too. */
  columns?: ColumnReader;
}

/** Opens a finished classifier on a biLM. @throws UserError when something in it is missing or does not fit */
export function openProbes(directory: string, options: ScorerOptions): Classifier {
  const { file, probes, fingerprint } = readClassifier(directory);
  const placed = (probe: "token" | "document") => {
    const { layer, calibration } = file[probe];
    return { layer, calibration, probe: probes[probe] };
  };
  const tokenizer = loadTokenizer(directory);
  const parts = {
    ...loadHalves(join(directory, "left"), join(directory, "right")),
    token: placed("token"),
    document: placed("document"),
    specials: tokenizer.specials,
    ...(file.widths.ngrams && { columns: columnReader(readNgramFiles(join(directory, NGRAMS)), tokenizer) }),
  };
  return { file, fingerprint, ...createScorer(parts, options) };
}

/** A scorer of models and probes in memory. Nothing is compiled before the first document. */
export function createScorer(parts: ScorerParts, options: ScorerOptions = {}): Scorer {
  const { threads = 1, precision = "f32", overlap = 0.5 } = options;
  if (!(overlap >= 0 && overlap < 1))
    throw new UserError(`Windows cannot share ${overlap} of the context: overlap is at least 0 and below 1.`);
  const { left, right, token, document, specials, columns } = parts;
  const isSpecial = new Uint8Array(left.config.vocabulary);
  for (const id of Object.values(specials)) isSpecial[id] = 1;
  const width = left.config.width;
  const bothWidths = width + right.config.width;
  const wordWeights = {
    token: token.probe.weights.subarray(bothWidths),
    document: document.probe.weights.subarray(bothWidths),
  };
  const programsOf = (model: Model, from: number, to: number) => {
    const readOuts = [token, document].map(({ layer, probe }) => ({
      layer,
      weights: Float32Array.from(probe.weights.subarray(from, to)),
    }));
    return readOutPrograms(model, readOuts, { threads, precision });
  };
  const programs = [programsOf(left, 0, width), programsOf(right, width, bothWidths)];
  const logits = (documents: Documents) => {
    const reader = (half: ReadOutPrograms, reverse: boolean) =>
      documentReader(half, { endOfText: specials.endOfText, reverse, overlap });
    const ofModels = logitsOfDocuments(documents, {
      readers: [reader(programs[0], false), reader(programs[1], true)],
      tokenBias: token.probe.bias,
      documentBias: document.probe.bias,
      isSpecial,
    });
    return columns ? withColumns(ofModels, columns, wordWeights, isSpecial) : ofModels;
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
