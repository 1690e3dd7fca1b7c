/**
 * @file A classifier on disk: `classifier.json` and `probe.safetensors` beside its models and the tokenizer.
 *
 * The directory is self-contained: it can be moved, and scores a corpus without the runs that made it.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson, writeJson } from "../base/files.js";
import { readSafetensors, writeSafetensors } from "../base/safetensors.js";
import { readManifest } from "../base/stage.js";
import type { LinearProbe } from "./loss.js";
import { Quality } from "./quality.js";

const share = z.number().min(0).max(1);

/** Thresholds found on validation rows, by rule. */
export const Thresholds = z.object({
  f1: z.object({ threshold: share, f1: share }).describe("best F1 at natural prevalence"),
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
  layer: z.int().nonnegative(),
  strength: z.number().positive(),
  calibration: z.object({ slope: z.number(), intercept: z.number() }),
  thresholds: Thresholds,
  candidates: z.array(
    z.object({ layer: z.int(), strength: z.number(), averagePrecision: share, auroc: share, iterations: z.int() }),
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

export const ClassifierFile = z.object({
  domain: z.string(),
  tokenizer: z.string().describe("fingerprint"),
  widths: z
    .union([z.object({ left: z.int(), right: z.int() }), z.object({ encoder: z.int() })])
    .describe("numbers in a token's features, by model"),
  models: z
    .object({ parameters: z.int(), trainingFlops: z.number().nullable() })
    .optional()
    .describe("of all models together: embeddings counted, 6 N D; null where a model does not say"),
  token: ProbeFile,
  document: ProbeFile,
});
export type ClassifierFile = z.infer<typeof ClassifierFile>;

export interface ClassifierProbes {
  token: LinearProbe;
  document: LinearProbe;
}

/** Reads classifier.json of a classifier, or the copy beside scores. @throws UserError when it is missing or malformed */
export function readClassifierFile(directory: string): ClassifierFile {
  return readJson(join(directory, "classifier.json"), ClassifierFile);
}

/** @throws UserError when a classifier cannot score a corpus: the scoring graphs read biLMs, in which nothing sees ahead */
export function requireScorable({ widths }: ClassifierFile, directory: string): void {
  if ("left" in widths) return;
  throw new UserError(
    `${directory} is a classifier on an encoder, which is a baseline to measure and cannot score a corpus. Fit one on a biLM: lacuna classifier --left DIR --right DIR.`,
  );
}

/** Writes classifier.json and probe.safetensors. */
export async function writeClassifier(directory: string, file: ClassifierFile, probes: ClassifierProbes) {
  const stored = ({ weights, bias }: LinearProbe, name: string) => ({
    [`${name}_weights`]: { data: Float64Array.from(weights), shape: [weights.length] },
    [`${name}_bias`]: { data: Float64Array.of(bias), shape: [1] },
  });
  const tensors = { ...stored(probes.token, "token"), ...stored(probes.document, "document") };
  await writeSafetensors(join(directory, "probe.safetensors"), tensors, {
    tokenizer: file.tokenizer,
    domain: file.domain,
    token_layer: String(file.token.layer),
    document_layer: String(file.document.layer),
  });
  await writeJson(join(directory, "classifier.json"), file);
}

/** Reads a finished classifier. @throws UserError when it is not one, or its probe does not fit its models */
export function readClassifier(directory: string): {
  file: ClassifierFile;
  probes: ClassifierProbes;
  fingerprint: string;
} {
  const { fingerprint } = readManifest(directory, "classifier");
  const file = readClassifierFile(directory);
  const path = join(directory, "probe.safetensors");
  const { tensors } = readSafetensors(path);
  const expected = Object.values(file.widths).reduce((sum, width) => sum + width, 0);
  const probe = (name: string): LinearProbe => {
    const [weights, bias] = [tensors[`${name}_weights`]?.data, tensors[`${name}_bias`]?.data];
    if (weights instanceof Float64Array && weights.length === expected && bias instanceof Float64Array)
      return { weights, bias: bias[0] };
    throw new UserError(
      `${path} holds ${weights?.length ?? "no"} ${name} weights, its models need ${expected}. Make the classifier again.`,
    );
  };
  return { file, probes: { token: probe("token"), document: probe("document") }, fingerprint };
}
