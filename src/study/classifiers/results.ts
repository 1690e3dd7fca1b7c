/** @file What a classifier report holds: everything its tables and figures are drawn from, `classifiers.json`. */
import { z } from "zod";
import { CLASSIFIER_KINDS } from "../../classify/index.js";

/** Figures that get an interval. All in [0, 1]. */
export const MEASURES = [
  "f1",
  "precision",
  "recall",
  "accuracy",
  "averagePrecision",
  "auroc",
  "bestF1",
  "balancedF1",
  "balancedAccuracy",
] as const;
export type Measure = (typeof MEASURES)[number];

/** A figure with its 95 % interval; null where it does not exist. */
export const Figure = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Figure = z.infer<typeof Figure>;

/** What rows are compared with: labels of the same kind for every classifier, and the held-out truth. */
export const STANDARDS = ["labels", "truth"] as const;
export type StandardName = (typeof STANDARDS)[number];

const Confusion = z.object({
  source: z.string(),
  /** Rows forget and flagged, retain and flagged, forget and missed, retain and left. */
  hits: z.int(),
  falseAlarms: z.int(),
  misses: z.int(),
  left: z.int(),
});

export const Judgement = z.object({
  rows: z.int(),
  documents: z.int(),
  prevalence: z.number(),
  measures: z.record(z.enum(MEASURES), Figure),
  precisionRecall: z.array(z.object({ recall: z.number(), precision: z.number() })),
  calibration: z.object({
    expectedCalibrationError: z.number(),
    bins: z.array(z.object({ count: z.int(), predicted: z.number(), observed: z.number() })),
  }),
  sources: z.array(Confusion),
});
export type Judgement = z.infer<typeof Judgement>;

export const ProbeReport = z.object({
  layer: z.int(),
  strength: z.number(),
  threshold: z.number(),
  trainRows: z.int(),
  flopsPerToken: z.number().nullable(),
  /** On validation, against the labels it learned: what its threshold was chosen by. */
  validationF1: z.number(),
  against: z.partialRecord(z.enum(STANDARDS), Judgement),
});
export type ProbeReport = z.infer<typeof ProbeReport>;

export const GRANULARITIES = ["token", "document"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

export const ClassifierReport = z.object({
  name: z.string(),
  kind: z.enum(CLASSIFIER_KINDS),
  /** Width of each model, by its place: left, right, encoder; none for n-grams. */
  widths: z.record(z.string(), z.int()),
  parameters: z.number().nullable(),
  trainingFlops: z.number().nullable(),
  /** Whether it was measured against reference labels, other than those it learned. */
  hasReference: z.boolean(),
  probes: z.record(z.enum(GRANULARITIES), ProbeReport),
});
export type ClassifierReport = z.infer<typeof ClassifierReport>;

/** Difference of two classifiers on the same rows, documents drawn for both at once. */
export const Step = z.object({
  from: z.string(),
  to: z.string(),
  granularity: z.enum(GRANULARITIES),
  against: z.enum(STANDARDS),
  measures: z.record(z.enum(MEASURES), Figure),
});
export type Step = z.infer<typeof Step>;

/** Share of the gap from weak to strong that the strong model closes when it learns from weak labels. */
export const Recovery = z.object({
  granularity: z.enum(GRANULARITIES),
  recovered: z.partialRecord(z.enum(MEASURES), Figure),
});

export const Report = z.object({
  lacuna: z.string(),
  domain: z.string(),
  command: z.string().nullable(),
  resamples: z.int(),
  seed: z.int(),
  classifiers: z.array(ClassifierReport),
  steps: z.array(Step),
  weakToStrong: z
    .object({ weak: z.string(), strong: z.string(), student: z.string(), recovery: z.array(Recovery) })
    .nullable(),
});
export type Report = z.infer<typeof Report>;
