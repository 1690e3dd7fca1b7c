/** @file What is scored in the scoring bench: synthetic biLMs and documents, and how much arithmetic they are. */
import { random } from "../base/random.js";
import type { ScorerParts } from "../classify/index.js";
import { type Direction, GptConfig, initialise, runLengths, windowsOf, windowTime } from "../nn/index.js";

/** The paper's vocabulary (cl100k with specials) and sizes; the context is the default of `npx lacuna pretrain`. */
const VOCABULARY = 100_288;
const CONTEXT = 256;

function size(width: number, layers: number, heads: number): GptConfig {
  return GptConfig.parse({ vocabulary: VOCABULARY, width, layers, heads, context: CONTEXT });
}

/** Classifiers by the paper's name for each half: parameters, embedding included. */
export const SCORE_SIZES: Record<string, GptConfig> = {
  "13M": size(128, 2, 4),
  "28M": size(256, 4, 4),
  "61M": size(448, 7, 8),
  "113M": size(640, 10, 10),
};

const END_OF_TEXT = VOCABULARY - 1;

/** A synthetic biLM: parameters as training starts with them, probes on the last layer, random. */
export function syntheticScorerParts(config: GptConfig): ScorerParts {
  const half = (direction: Direction, seed: number) => ({ config, direction, parameters: initialise(config, seed) });
  const draw = random(1, "bench probes");
  const probe = () => ({
    layer: config.layers,
    probe: { weights: Float64Array.from({ length: 2 * config.width }, () => draw.normal()), bias: 0 },
    calibration: { slope: 1, intercept: 0 },
  });
  return {
    left: half("forward", 1),
    right: half("reverse", 2),
    token: probe(),
    document: probe(),
    specials: { endOfText: END_OF_TEXT },
  };
}

/**
 * Synthetic documents of at least `tokens` tokens together: lengths as on the web, log-normal with median 350 and mean
 * about 580, none over 16,384; ids as in text, the k-th most frequent about 1 / k as frequent as the first.
 */
export function syntheticDocuments(tokens: number, seed = 1): Uint32Array[] {
  const draw = random(seed, "bench documents");
  const documents: Uint32Array[] = [];
  for (let made = 0; made < tokens; made += documents[documents.length - 1].length) {
    const length = Math.round(Math.min(16_384, Math.max(8, 350 * Math.exp(draw.normal()))));
    const ids = Uint32Array.from({ length }, () => Math.floor(END_OF_TEXT ** draw.uniform()));
    ids[length - 1] = END_OF_TEXT;
    documents.push(ids);
  }
  return documents;
}

export interface ScoreWork {
  tokens: number;
  /** Floating-point operations of both halves. */
  flops: number;
  /** Windows of one half by the length of the run that holds them. */
  windows: Record<number, number>;
}

/**
 * What scoring documents takes. Per position of a window and block: 2 per weight of a matrix, and 4 d per key that causal
 * attention sees. Positions that overlapping windows read again count again, but in the last block only as keys and values,
 * which is all that is computed of them; filling and hidden keys do not count.
 */
export function scoreWork(config: GptConfig, documents: readonly Uint32Array[], overlap = 0.5): ScoreWork {
  const { width, layers, context } = config;
  const lengths = runLengths(context);
  const windows: Record<number, number> = {};
  let [tokens, positions, keys] = [0, 0, 0];
  let [skipped, skippedKeys] = [0, 0];
  for (const { length } of documents) {
    tokens += length;
    // The left half reads end-of-text first, the right half begins with the document's own.
    for (const read of [length + 1, length]) {
      const time = windowTime(read, context);
      for (const { start, from } of windowsOf(read, time, overlap)) {
        const filled = Math.min(time, read - start);
        positions += filled;
        keys += (filled * (filled + 1)) / 2;
        skipped += from - start;
        skippedKeys += ((from - start) * (from - start + 1)) / 2;
        const run = lengths.findLast((one) => one >= filled)!;
        if (read === length) windows[run] = (windows[run] ?? 0) + 1;
      }
    }
  }
  const all = layers * (24 * width ** 2 * positions + 4 * width * keys);
  return { tokens, flops: all - 20 * width ** 2 * skipped - 4 * width * skippedKeys, windows };
}
