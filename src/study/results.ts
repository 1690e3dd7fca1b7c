/**
 * @file results.json: everything a study found, in one checked file.
 *
 * It holds no timings, dates or absolute paths: the same config on the same corpus and the same kind of processor gives
 * the same bytes. Report, figures and table are drawn from it alone. Losses are nats per token on held-out text; slowdown
 * is loss-matched compute, 1 = no effect, larger = stronger.
 */
import { z } from "zod";
import { ARM_LABELS } from "./arms.js";
import { StudyConfig } from "./config.js";

const number = z.number().nullable();

/** A number with its 95 % interval (noise.ts, bootstrap.ts); null where it does not exist. */
export const Estimate = z.object({ value: number, low: number, high: number });
export type Estimate = z.infer<typeof Estimate>;

/**
 * A number that may lie outside what was measured: then `value` is null and what is known of it stands in `atLeast` or
 * `atMost`. `low` null: no lower bound, `high` null: no upper bound.
 */
export const Bounded = z.object({ value: number, atLeast: number, atMost: number, low: number, high: number });
export type Bounded = z.infer<typeof Bounded>;

/** forget: the domain to shape; retain: what must stay; other: measured, but on neither side. */
export const Role = z.enum(["forget", "retain", "other"]);
export type Role = z.infer<typeof Role>;

/** What losses are taken over: one truth domain, or several of one role pooled by tokens. */
export const Measure = z.object({ name: z.string(), role: Role, domains: z.array(z.string()) });
export type Measure = z.infer<typeof Measure>;

export const SizeFacts = z.object({
  name: z.string().describe("key of this size in runs and cells"),
  width: z.number(),
  layers: z.number(),
  heads: z.number(),
  parameters: z.number().describe("embedding counted once"),
  tokensPerParameter: z.number(),
  isLadder: z.boolean().describe("false: a baseline alone, trained shorter or longer, to read more losses off"),
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
  evaluations: z.array(
    z.object({
      split: z.string(),
      tokens: z.number(),
      labelledShare: number,
      truthShare: number,
      precision: number,
      recall: number,
      f1: number,
    }),
  ),
});
export type LabelFacts = z.infer<typeof LabelFacts>;

export const ClassifierEvaluation = z.object({
  split: z.string(),
  level: z.enum(["token", "document"]),
  against: z.enum(["labels", "truth"]),
  prevalence: number,
  auroc: Estimate.describe("with an interval over documents on the test split"),
  f1: Estimate,
  precision: number,
  recall: number,
  /** Points of the precision-recall curve, by rising recall. */
  curve: z.array(z.object({ precision: z.number(), recall: z.number() })),
  /** Mean score, share that is forget and number of tokens per bin of score. */
  calibration: z.array(z.object({ score: z.number(), observed: z.number(), count: z.number() })),
  /** Number of tokens per bin of score, by what they are. */
  histogram: z.array(z.object({ from: z.number(), to: z.number(), forget: z.number(), retain: z.number() })),
});
export type ClassifierEvaluation = z.infer<typeof ClassifierEvaluation>;

export const ClassifierFacts = z.object({
  kind: z.enum(["ngram", "bilm", "encoder"]),
  layer: number,
  strength: number.describe("L2 strength of the token probe"),
  thresholds: z.record(z.string(), z.number()).describe("F1-best per level (token, document), chosen on validation"),
  evaluations: z.array(ClassifierEvaluation),
  halves: Estimate.nullable().describe(
    "AUROC on sentences of one half of the lexicon, its words blanked, of classifiers that were taught by the other half",
  ),
  warnings: z.array(z.string()),
});
export type ClassifierFacts = z.infer<typeof ClassifierFacts>;

/** One way from text to scores, graded. */
export const RouteFacts = z.object({
  name: z.string(),
  labels: LabelFacts,
  classifier: ClassifierFacts,
  sae: z.object({ latents: z.number(), kept: z.number(), fvu: z.number(), dead: z.number() }).nullable(),
  parameters: number.describe("of the models it reads text with; null: none"),
  trainingFlops: number.describe("6 N D of these"),
});
export type RouteFacts = z.infer<typeof RouteFacts>;

export const ArmFacts = z.object({
  name: z.string(),
  method: z.enum(["none", "document", "mask", "remove"]),
  labels: z.enum(ARM_LABELS),
  threshold: number,
  budget: z.enum(["raw", "effective"]).describe("which tokens the training budget counts"),
  filteredShare: z.record(z.string(), z.number()).describe("share of tokens not trained on, per split"),
  hidden: z.record(z.string(), z.number()).describe("share of each domain's training tokens that is not trained on"),
  retainTargets: number.describe("retain targets per token read, over the baseline's: 1 = as many"),
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

const Slowdown = Bounded.extend({
  measure: z.string(),
  line: number.describe("the same read off one log-log line through the ladder, as in the paper"),
}).describe("compute over the baseline's for the same loss; low and high hold the line's reading, too");

/** A statistic of one filtering cell. */
const CellStatistic = Bounded.extend({ size: z.string(), arm: z.string() });

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

const Comparison = Bounded.extend({
  size: z.string(),
  arm: z.string(),
  against: z.string(),
  better: Verdict.describe("yes: the whole interval lies above 0"),
}).describe("value: ln of the ratio of selectivities, arm over the other");

const Trend = Estimate.extend({ arm: z.string(), grows: Verdict }).describe(
  "value: factor by which selectivity multiplies when compute grows tenfold",
);

/** How well intervals hold: each baseline run against a curve of the others. */
const Calibration = Estimate.extend({ size: z.string(), seed: z.number(), measure: z.string(), covers: z.boolean() });

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
  formatVersion: z.literal(2),
  lacuna: z.string().describe("version that made it"),
  processor: z.string().describe("what it ran on; another kind of processor may give other last bits"),
  synthetic: z.boolean().describe("true: invented numbers for tests, no measurement"),
  domain: z.string(),
  config: StudyConfig,
  commands: z.array(z.string()).describe("command lines that make this again"),
  corpus: CorpusFacts,
  measures: z.array(Measure),
  sizes: z.array(SizeFacts),
  arms: z.array(ArmFacts),
  routes: z.array(RouteFacts).describe("the route of the arms first"),
  noise: z.object({
    from: z.enum(["seeds", "line"]).describe("what training noise was measured by: seeds, or residuals of the line"),
    sizes: z.array(
      z.object({
        size: z.string(),
        freedom: z.number().describe("degrees of freedom"),
        sd: z.record(z.string(), z.number()).describe("standard deviation of ln loss between runs, by measure"),
      }),
    ),
  }),
  unigram: z.record(z.string(), z.number()).describe("loss of a table of token frequencies, by measure"),
  runs: z.array(RunResult),
  cells: z.array(CellResult),
  selectivity: z.array(CellStatistic).describe("forget slowdown over retain slowdown; a random filter has 1"),
  frontier: z.array(CellStatistic).describe("ln of the forget loss over the baseline's at the same retain loss"),
  calibration: z.array(Calibration),
  fits: z.array(Fit),
  findings: z.object({
    forget: z.string().nullable().describe("the forget measure the findings are about"),
    retain: z.string().nullable(),
    size: z.string().describe("the size that is quoted: the largest at which an arm was filtered"),
    headline: z.string().nullable().describe("the arm that is quoted"),
    comparisons: z.array(Comparison),
    trends: z.array(Trend),
    blunt: z.array(z.string()).describe("why the filter does not tell forget from retain; empty: it does"),
    statements: z.array(z.object({ claim: z.string(), holds: Verdict.or(z.literal("partly")), detail: z.string() })),
  }),
  passages: z.array(Passage),
  caveats: z.array(z.string()),
  sentence: z.string(),
});
export type Results = z.infer<typeof Results>;
