/** @file Scoring by a biLM: probes are read out inside the graphs of both halves. */
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { documentReader, type Model, type ReadOutPrograms, readOutPrograms } from "../nn/index.js";
import { loadTokenizer } from "../tokens/index.js";
import { loadHalves } from "./backbone.js";
import type { Calibration } from "./calibrate.js";
import type { LinearProbe } from "./loss.js";
import { readClassifier } from "./probe-file.js";
import type { Classifier, Documents, Scorer, ScorerOptions } from "./scorer.js";
import { logitsOfDocuments, scoresOf } from "./stream.js";

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
export function openProbes(directory: string, options: ScorerOptions): Classifier {
  const { file, probes, fingerprint } = readClassifier(directory);
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
