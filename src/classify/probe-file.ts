/** @file The weights of a classifier on models: `probe.safetensors` beside classifier.json and the models. */
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { writeJson } from "../base/files.js";
import { readSafetensors, writeSafetensors } from "../base/safetensors.js";
import { readManifest } from "../base/stage.js";
import { type ProbedFile, readClassifierFile } from "./classifier-file.js";
import type { LinearProbe } from "./loss.js";

/** Folder of the n-gram classifier inside a classifier whose probes read its scores too. */
export const NGRAMS = "ngrams";

export interface ClassifierProbes {
  token: LinearProbe;
  document: LinearProbe;
}

/** Writes classifier.json and probe.safetensors. */
export async function writeClassifier(directory: string, file: ProbedFile, probes: ClassifierProbes) {
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

/** Reads a finished classifier on models. @throws UserError when it is not one, or its probe does not fit its models */
export function readClassifier(directory: string): {
  file: ProbedFile;
  probes: ClassifierProbes;
  fingerprint: string;
} {
  const { fingerprint } = readManifest(directory, "classifier");
  const file = readClassifierFile(directory);
  if (file.kind === "ngram")
    throw new UserError(`${directory} is a classifier of n-grams: it has no models and no probe.`);
  const path = join(directory, "probe.safetensors");
  const { tensors } = readSafetensors(path);
  const expected = Object.values(file.widths).reduce<number>((sum, width) => sum + (width ?? 0), 0);
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
