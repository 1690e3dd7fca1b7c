/**
 * @file What is known of a classifier: `classifier.json`, of whatever kind.
 *
 * A classifier's directory is self-contained: it can be moved, and scores a corpus without the runs that made it. The weights
 * are beside: `probe.safetensors` and the models (`probe-file.ts`), or `ngram.safetensors` (`ngram/model-file.ts`).
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files.js";
import { Quality } from "./quality.js";

const share = z.number().min(0).max(1);

/** Thresholds found on validation rows, by rule. */
export const Thresholds = z.object({
  f1: z
    .object({ threshold: share, f1: share.nullable() })
    .describe("best F1 at natural prevalence; null, and the threshold an even chance, where one class is absent"),
  share: z.array(z.object({ wanted: share, threshold: share, share })).describe("by share of rows flagged"),
  recall: z
    .array(z.object({ wanted: share, threshold: share, recall: share }))
    .describe("by share of forget rows caught"),
  histograms: z
    .object({ forget: z.array(z.int()).length(256), retain: z.array(z.int()).length(256) })
    .optional()
    .describe("rows by stored score 0..255: all that any further rule needs; absent in older files"),
});
export type Thresholds = z.infer<typeof Thresholds>;

/** What is known of a probe, except its weights. */
export const ProbeFile = z.object({
  layer: z.int().nonnegative().describe("0 for n-grams, which have none"),
  strength: z.number().positive(),
  calibration: z.object({ slope: z.number(), intercept: z.number() }),
  thresholds: Thresholds,
  candidates: z.array(
    z.object({
      layer: z.int(),
      strength: z.number(),
      averagePrecision: share.nullable(),
      auroc: share.nullable(),
      iterations: z.int(),
    }),
  ),
  trainRows: z.int(),
  quality: z.object({ validation: Quality, test: Quality }).describe("against the labels"),
  reference: z
    .object({ validation: Quality, test: Quality })
    .optional()
    .describe("against the labels of --reference, which chose nothing"),
  truth: z
    .object({ validation: Quality, test: Quality })
    .optional()
    .describe("against the held-out truth, which chose nothing"),
  flopsPerToken: z.number().optional().describe("to read a token up to the probe's layer and score it"),
});
export type ProbeFile = z.infer<typeof ProbeFile>;

/** Kinds of classifiers: weights of words, or probes on the states of a biLM or an encoder. */
export const CLASSIFIER_KINDS = ["ngram", "bilm", "encoder"] as const;
export type ClassifierKind = (typeof CLASSIFIER_KINDS)[number];

const Common = z.object({
  domain: z.string(),
  tokenizer: z.string().describe("fingerprint"),
  token: ProbeFile,
  document: ProbeFile,
  warnings: z.array(z.string()).default([]).describe("what could not be chosen or measured, and why"),
});

const models = z
  .object({ parameters: z.int(), trainingFlops: z.number().nullable() })
  .optional()
  .describe("of all models together: embeddings counted, 6 N D; null where a model does not say");

/** How well context tells the lexicon's other half: fitted on what one half labels, graded where the other fires. */
export const Halves = z.object({
  auroc: share,
  low: share.describe("of a 95 % interval over documents"),
  high: share,
  forgetSentences: z.int().describe("validation sentences in which the other half fires, both ways together"),
  retainSentences: z.int().describe("validation sentences in which no term fires"),
});
export type Halves = z.infer<typeof Halves>;

/** What scoring needs of an n-gram classifier beside its weights. */
export const NgramSettings = z.object({
  window: z.int().nonnegative().describe("words on either side that sharpen a token's logit"),
  sharpen: share.describe("share of that window in a token's logit"),
  bonus: z.number().describe("logits added where the lexicon fires"),
  lexicon: z.array(z.string()).describe("terms that labelled; none when the labels came from elsewhere"),
  unfamiliarShare: share.describe("a document with a larger share of words outside the dictionary is unfamiliar"),
});
export type NgramSettings = z.infer<typeof NgramSettings>;

const ngrams = z
  .int()
  .optional()
  .describe("columns of the n-gram classifier in ngrams/; absent where probes read models alone");

const Kinds = z.discriminatedUnion("kind", [
  Common.extend({
    kind: z.literal("ngram"),
    settings: NgramSettings,
    halves: Halves.nullable().describe("null when the labels are not a lexicon's, or a half never fires"),
  }),
  Common.extend({ kind: z.literal("bilm"), widths: z.object({ left: z.int(), right: z.int(), ngrams }), models }),
  Common.extend({ kind: z.literal("encoder"), widths: z.object({ encoder: z.int(), ngrams }), models }),
]);

/** Files from before there were kinds are a biLM's if they scored anything. */
export const ClassifierFile = z.preprocess((value) => {
  const isOld = typeof value === "object" && value !== null && !Object.hasOwn(value, "kind");
  return isOld ? { kind: "bilm", ...value } : value;
}, Kinds);
export type ClassifierFile = z.infer<typeof Kinds>;
export type NgramFile = Extract<ClassifierFile, { kind: "ngram" }>;
/** Of a classifier on models. */
export type ProbedFile = Exclude<ClassifierFile, NgramFile>;

/** Reads classifier.json of a classifier, or the copy beside scores. @throws UserError when it is missing or malformed */
export function readClassifierFile(directory: string): ClassifierFile {
  return readJson(join(directory, "classifier.json"), ClassifierFile);
}

/** @throws UserError when a classifier cannot score a corpus: the scoring graphs read biLMs, in which nothing sees ahead */
export function requireScorable({ kind }: ClassifierFile, directory: string): void {
  if (kind !== "encoder") return;
  throw new UserError(
    `${directory} is a classifier on an encoder, which is a baseline to measure and cannot score a corpus. Fit one on a biLM: npx lacuna classifier fit --kind bilm --left DIR --right DIR.`,
  );
}
