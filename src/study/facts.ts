/**
 * @file StudyFacts: what the study's steps hand to the analysis.
 *
 * Everything here comes from manifests and artifacts of finished steps; nothing is derived yet. `analyse` turns it
 * into Results without touching a file.
 */
import type { DocumentLosses } from "../evaluate/index.js";
import type { StudyConfig } from "./config.js";
import type { ArmFacts, CorpusFacts, HistoryPoint, Passage, Role, RouteFacts, SizeFacts } from "./results.js";

/** One trained and evaluated model. */
export interface RunFacts {
  /** `name` of one of the study's sizes. */
  size: string;
  /** `name` of one of the study's arms. */
  arm: string;
  seed: number;
  /** From training.json: FLOPs spent, optimizer steps, tokens read, targets trained on, passes over the arm's text. */
  flops: number;
  steps: number;
  rawTokens: number;
  effectiveTokens: number;
  epochs: number;
  /** history.jsonl as it is; it is downsampled here. */
  history: readonly HistoryPoint[];
  /** losses.safetensors of the evaluate step; every run on the same documents, in the same order. */
  losses: DocumentLosses;
}

/** Nats and tokens of the test split under a table of token frequencies, per domain. */
export type UnigramLosses = Record<string, { lossSum: number; count: number }>;

export interface StudyFacts {
  /** Version of the package. */
  version: string;
  /** Processor it ran on, as the operating system names it: other kinds may give other last bits. */
  processor: string;
  /** Only test fixtures set it: the numbers are invented. */
  synthetic?: boolean;
  /** Name of the domain file, e.g. medicine. */
  domain: string;
  config: StudyConfig;
  /** Command lines that make this study again, without absolute paths. */
  commands: readonly string[];
  corpus: CorpusFacts;
  /** Role of each evaluated domain; those not named are "other". */
  roles: Record<string, Role>;
  /** Any order; the first arm whose method is "none" is the baseline. */
  sizes: readonly SizeFacts[];
  arms: readonly ArmFacts[];
  /** The route whose scores the arms use first. */
  routes: readonly RouteFacts[];
  unigram: UnigramLosses;
  runs: readonly RunFacts[];
  passages: readonly Passage[];
}
