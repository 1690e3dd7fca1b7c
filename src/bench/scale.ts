/**
 * @file What scoring a corpus costs: arithmetic, accelerator hours, money, storage, from the formulas of our own scorer.
 *
 * Arithmetic is exact for the documents assumed; hours and money follow from assumptions that are named beside them.
 * `bench/scale.mjs` prints the tables of docs/scale.md from here.
 */
import { GptConfig, windowsOf, windowTime } from "../nn/index.js";
import { scoreWork, syntheticDocuments } from "./score-work.js";

export interface ScaleAssumptions {
  /** Tokens a half of the biLM sees at once, and the share of a window that repeats the one before. */
  context: number;
  overlap: number;
  /** Dense bf16 peak of one accelerator, FLOP/s, and the share of it that is reached. */
  peakFlops: number;
  utilisation: number;
  /** Dollars. */
  pricePerGpuHour: number;
  pricePerCoreHour: number;
  /** UTF-8 bytes of text per token, and how much zstd makes of them. */
  bytesPerToken: number;
  compression: number;
  /** UTF-8 bytes of a document's id. */
  idBytes: number;
}

export const SCALE_ASSUMPTIONS: ScaleAssumptions = {
  context: 1024,
  overlap: 0.5,
  peakFlops: 989e12,
  utilisation: 0.4,
  pricePerGpuHour: 2.5,
  pricePerCoreHour: 0.03,
  bytesPerToken: 4.6,
  compression: 3,
  idBytes: 47,
};

/** The paper's classifiers by the size of one half: width, blocks, heads. */
export const SCALE_CLASSIFIERS: Record<string, readonly [number, number, number]> = {
  "61M": [448, 7, 8],
  "113M": [640, 10, 10],
  "224M": [896, 14, 14],
};
/** Models that are pretrained on the corpus, parameters; the first is the paper's largest. */
export const SCALE_MODELS: Record<string, number> = { "1.8B": 1_816_135_680, "8B": 8e9, "70B": 70e9 };
/** The paper trains each half on 80 tokens per parameter. */
const CLASSIFIER_TOKENS_PER_PARAMETER = 80;
/** cl100k_base with special tokens. */
const VOCABULARY = 100_288;
const SECONDS_PER_HOUR = 3600;

/** A half of a classifier. */
export function classifierConfig(name: string, context: number): GptConfig {
  const [width, layers, heads] = SCALE_CLASSIFIERS[name];
  return GptConfig.parse({ vocabulary: VOCABULARY, width, layers, heads, context });
}

/** Parameters of a GPT, tied embedding and gains included. */
export function parametersOf({ vocabulary, width, layers }: GptConfig): number {
  return vocabulary * width + layers * (12 * width ** 2 + 2 * width) + width;
}

/** How often a half reads each token of a document of a length: 1 within the context, towards 1 / (1 - overlap) beyond. */
export function overlapFactor(
  length: number,
  { context, overlap }: Pick<ScaleAssumptions, "context" | "overlap">,
): number {
  const time = windowTime(length + 1, context);
  let positions = 0;
  for (const { start } of windowsOf(length + 1, time, overlap)) positions += Math.min(time, length + 1 - start);
  return positions / length;
}

export interface ClassifierCost {
  name: string;
  config: GptConfig;
  /** Of one half. */
  parameters: number;
  /** FLOPs per token of both halves, all blocks: each position once, and as windows overlap. */
  flopsOnce: number;
  flopsPerToken: number;
  /** FLOPs of training both halves. */
  trainingFlops: number;
}

/** Arithmetic of scoring with one of SCALE_CLASSIFIERS, over documents whose lengths are those of `npx lacuna bench score`. */
export function classifierCost(name: string, { context, overlap }: ScaleAssumptions): ClassifierCost {
  const config = classifierConfig(name, context);
  const documents = syntheticDocuments(2_000_000);
  const tokens = documents.reduce((sum, { length }) => sum + length, 0);
  const parameters = parametersOf(config);
  return {
    name,
    config,
    parameters,
    flopsOnce: scoreWork(config, documents, 0).flops / tokens,
    flopsPerToken: scoreWork(config, documents, overlap).flops / tokens,
    trainingFlops: 2 * 6 * parameters * CLASSIFIER_TOKENS_PER_PARAMETER * parameters,
  };
}

/** FLOPs of pretraining: 6 per parameter and token. */
export function pretrainingFlops(parameters: number, tokens: number): number {
  return 6 * parameters * tokens;
}

/** Hours of one accelerator. */
export function gpuHours(flops: number, { peakFlops, utilisation }: ScaleAssumptions): number {
  return flops / (peakFlops * utilisation) / SECONDS_PER_HOUR;
}

/** Hours of one core. @param tokensPerSecond - measured on one core */
export function coreHours(tokens: number, tokensPerSecond: number): number {
  return tokens / tokensPerSecond / SECONDS_PER_HOUR;
}

export interface StorageCost {
  /** Bytes of the corpus as text and compressed, of its scores, and of what is kept per document. */
  text: number;
  compressed: number;
  tokenScores: number;
  documents: number;
}

/** Bytes of `document_scores`, `doc_offsets`, `rows`, `crc32` and `id_offsets` of one document. */
const BYTES_PER_DOCUMENT = 1 + 8 + 8 + 4 + 8;

/** Bytes that a job reads and writes. @param tokensPerDocument - mean */
export function storageCost(tokens: number, tokensPerDocument: number, assumed: ScaleAssumptions): StorageCost {
  const text = tokens * assumed.bytesPerToken;
  return {
    text,
    compressed: text / assumed.compression,
    tokenScores: tokens,
    documents: (tokens / tokensPerDocument) * (BYTES_PER_DOCUMENT + assumed.idBytes),
  };
}
