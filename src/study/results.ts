/**
 * @file results.json: everything a study found, in one checked file.
 *
 * It holds no timings, dates or absolute paths: the same config on the same corpus gives the same bytes (timings.json
 * lies beside it). Report, figures and table are drawn from it alone. Losses are nats per token on held-out text;
 * slowdown is loss-matched compute, 1 = no effect, larger = stronger.
 */
import { z } from "zod";
import { StudyConfig } from "./config.js";

/** A number with its 95 % interval (test documents resampled, see bootstrap.ts); null where it does not exist. */
export const Estimate = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Estimate = z.infer<typeof Estimate>;

/** forget: the domain to shape; retain: what must stay; other: measured, but on neither side. */
export const Role = z.enum(["forget", "retain", "other"]);
export type Role = z.infer<typeof Role>;

/** What losses are taken over: one truth domain, or several of one role pooled by tokens. */
export const Measure = z.object({ name: z.string(), role: Role, domains: z.array(z.string()) });
export type Measure = z.infer<typeof Measure>;

export const METHODS = ["fit", "interpolation"] as const;
export const Method = z.enum(METHODS).describe("fit: one log-log line; interpolation: log-log segments");
export type Method = z.infer<typeof Method>;

export const SizeFacts = z.object({
  name: z.string().describe("key of this size in runs and cells"),
  width: z.number(),
  layers: z.number(),
  heads: z.number(),
  parameters: z.number().describe("embedding counted once"),
});
export type SizeFacts = z.infer<typeof SizeFacts>;

export const SplitFacts = z.object({
  split: z.string(),
  documents: z.number(),
  tokens: z.number(),
  domains: z.record(z.string(), z.number()).describe("tokens per truth domain"),
});

export const CorpusFacts = z.object({
  name: z.string().describe("what text this is, in words"),
  domainsFrom: z.enum(["truth", "labels", "none"]).describe("who says which domain a test token is of"),
  splits: z.array(SplitFacts),
});
export type CorpusFacts = z.infer<typeof CorpusFacts>;

/** How well the labels agree with the held-out truth, and what they came from. */
export const LabelFacts = z.object({
  method: z.string().describe("how they were made, in words"),
  latents: z.number().nullable(),
  keptLatents: z.number().nullable(),
  evaluations: z.array(
    z.object({
      split: z.string(),
      tokens: z.number(),
      labelledShare: z.number().nullable(),
      truthShare: z.number().nullable(),
      precision: z.number().nullable(),
      recall: z.number().nullable(),
      f1: z.number().nullable(),
    }),
  ),
});
export type LabelFacts = z.infer<typeof LabelFacts>;

export const ClassifierEvaluation = z.object({
  split: z.string(),
  level: z.enum(["token", "document"]),
  against: z.enum(["labels", "truth"]),
  prevalence: z.number().nullable(),
  auroc: z.number().nullable(),
  f1: z.number().nullable(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  /** Points of the precision-recall curve, by rising recall. */
  curve: z.array(z.object({ precision: z.number(), recall: z.number() })),
  /** Mean score, share that is forget and number of tokens per bin of score. */
  calibration: z.array(z.object({ score: z.number(), observed: z.number(), count: z.number() })),
  /** Number of tokens per bin of score, by what they are. */
  histogram: z.array(z.object({ from: z.number(), to: z.number(), forget: z.number(), retain: z.number() })),
});
export type ClassifierEvaluation = z.infer<typeof ClassifierEvaluation>;

export const ClassifierFacts = z.object({
  layer: z.number().nullable(),
  strength: z.number().nullable().describe("L2 strength of the token probe"),
  thresholds: z.record(z.string(), z.number()).describe("F1-best per level (token, document), chosen on validation"),
  evaluations: z.array(ClassifierEvaluation),
});
export type ClassifierFacts = z.infer<typeof ClassifierFacts>;

export const ArmFacts = z.object({
  name: z.string(),
  method: z.enum(["none", "document", "mask", "remove"]),
  threshold: z.number().nullable(),
  budget: z.enum(["raw", "effective"]).describe("which tokens the training budget counts"),
  filteredShare: z.record(z.string(), z.number()).describe("share of tokens not trained on, per split"),
});
export type ArmFacts = z.infer<typeof ArmFacts>;

export const HistoryPoint = z.object({ step: z.number(), loss: z.number(), validation: z.number().optional() });
export type HistoryPoint = z.infer<typeof HistoryPoint>;

const RunResult = z.object({
  size: z.string(),
  arm: z.string(),
  seed: z.number(),
  parameters: z.number(),
  flops: z.number(),
  steps: z.number(),
  rawTokens: z.number(),
  effectiveTokens: z.number().describe("targets whose loss was trained on"),
  epochs: z.number().describe("passes over the text this arm may see"),
  losses: z.record(z.string(), z.object({ mean: z.number(), tokens: z.number() })).describe("by measure"),
  history: z.array(HistoryPoint).describe("downsampled: mean training loss of equal stretches of steps"),
});

const Slowdown = Estimate.extend({
  measure: z.string(),
  method: Method,
  extrapolated: z.boolean().describe("the matching baseline compute lies outside the trained sizes"),
});

const CellResult = z.object({
  size: z.string(),
  arm: z.string(),
  parameters: z.number(),
  flops: z.number(),
  seeds: z.number(),
  losses: z.array(Estimate.extend({ measure: z.string() })),
  slowdowns: z.array(Slowdown),
});
export type CellResult = z.infer<typeof CellResult>;

export const Fit = z.object({
  arm: z.string(),
  measure: z.string(),
  intercept: z.number(),
  slope: Estimate,
  r2: z.number(),
  residual: z.number(),
  range: z.tuple([z.number(), z.number()]),
});

export const Verdict = z.enum(["yes", "no", "unclear"]);
export type Verdict = z.infer<typeof Verdict>;

const Tradeoff = Estimate.extend({
  size: z.string(),
  arm: z.string(),
  against: z.string(),
  measure: z.string().describe("the retain measure at whose equal loss the forget losses are compared"),
  extrapolated: z.boolean(),
  better: Verdict.describe("yes: forget loss higher at equal retain loss, the whole interval; no: lower; else unclear"),
}).describe("value: ln of the ratio of forget losses at equal retain loss; above 0 this arm is ahead");

const Trend = Estimate.extend({
  arm: z.string(),
  measure: z.string(),
  method: Method,
  extrapolatedPoints: z.number(),
  grows: Verdict,
}).describe("value: factor by which slowdown multiplies when compute grows tenfold");

export const Passage = z.object({
  id: z.string(),
  source: z.string(),
  split: z.string(),
  threshold: z.number().describe("scores at or above it are forget"),
  tokens: z.array(z.object({ text: z.string(), score: z.number(), truth: z.string().nullable() })),
});
export type Passage = z.infer<typeof Passage>;

export const Results = z.object({
  format: z.literal("lacuna-results"),
  formatVersion: z.literal(1),
  lacuna: z.string().describe("version that made it"),
  synthetic: z.boolean().describe("true: invented numbers for tests, no measurement"),
  domain: z.string(),
  config: StudyConfig,
  commands: z.array(z.string()).describe("command lines that make this again"),
  corpus: CorpusFacts,
  measures: z.array(Measure),
  sizes: z.array(SizeFacts),
  arms: z.array(ArmFacts),
  labels: LabelFacts.nullable(),
  classifier: ClassifierFacts.nullable(),
  runs: z.array(RunResult),
  cells: z.array(CellResult),
  fits: z.array(Fit),
  findings: z.object({
    forget: z.string().nullable().describe("the forget measure the findings are about"),
    retain: z.string().nullable(),
    method: Method.describe("the slowdowns the findings and the sentence quote"),
    tradeoffs: z.array(Tradeoff),
    trends: z.array(Trend),
    statements: z.array(z.object({ claim: z.string(), holds: Verdict.or(z.literal("partly")), detail: z.string() })),
  }),
  passages: z.array(Passage),
  caveats: z.array(z.string()),
  sentence: z.string(),
});
export type Results = z.infer<typeof Results>;
