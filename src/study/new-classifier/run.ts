/** @file A new classifier from config to page: run the steps, measure, write. */
import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { grouped, UserError } from "../../base/errors.js";
import { writeFileAtomic, writeJson } from "../../base/files.js";
import { readManifest } from "../../base/stage.js";
import { adviceOf, readDomain } from "../../label/index.js";
import { type Artifact, type PlannedStep, type RunStep, type StepEvent, stepPlanner, stepRunner } from "../steps.js";
import { renderNewClassifier } from "./page.js";
import { type NewClassifierConfig, type NewClassifierInputs, newClassifierSteps } from "./pipeline.js";
import { measureQuality } from "./quality.js";
import type { QualityFile } from "./quality-file.js";

export interface NewClassifierOptions extends NewClassifierInputs {
  config: NewClassifierConfig;
  /** Folder for everything: steps/, classifier/, classifier.html, quality.json. */
  out: string;
  workers?: number;
  /** No passages on the page. */
  noText?: boolean;
  onEvent?: (event: StepEvent) => void;
  /** Instead of steps in threads of their own. */
  run?: RunStep;
}

/** Every step it takes, without running any. */
export async function planNewClassifier(
  { config, ...inputs }: NewClassifierOptions,
  folder?: string,
): Promise<PlannedStep[]> {
  const { steps, record } = stepPlanner(folder);
  await newClassifierSteps(config, inputs, record);
  return steps;
}

/**
 * Runs or resumes it all and writes `classifier/`, `classifier.html` and `quality.json` into `out`.
 * @throws UserError for inputs that are wrong; what was finished before stays and is found by the next run.
 */
export async function runNewClassifier(options: NewClassifierOptions): Promise<QualityFile> {
  const { config, out, workers = 2, noText = false, onEvent = () => {}, ...inputs } = options;
  const { lexicon } = readDomain(inputs.domain);
  const step = options.run ?? stepRunner({ folder: out, workers, onEvent });
  const artifacts = await newClassifierSteps(config, inputs, async (spec) => {
    const artifact = await step(spec);
    if (spec.stage === "label-text") requireTerms(artifact, inputs.domain);
    return artifact;
  });
  const measured = measureQuality(artifacts, inputs.domain, config.seed);
  await placeClassifier(artifacts.classifier.path, join(out, "classifier"));
  await writeFileAtomic(join(out, "classifier.html"), renderNewClassifier(measured, noText ? undefined : lexicon));
  await writeJson(join(out, "quality.json"), measured.quality);
  return measured.quality;
}

const LabelResult = z.object({
  splits: z.object({ train: z.object({ documents: z.number(), tokens: z.number(), forgetTokens: z.number() }) }),
});

/** @throws UserError when no term stands anywhere in the train documents */
function requireTerms({ manifest }: Artifact, domainFile: string): void {
  const { documents, forgetTokens } = LabelResult.parse(manifest.result).splits.train;
  if (forgetTokens > 0) return;
  const advice = adviceOf({ judge: "lexicon", domain: domainFile }, readDomain(domainFile));
  throw new UserError(
    `No token of ${grouped(documents)} train documents is labelled forget, so there is nothing to learn from. ${advice}`,
  );
}

/** A whole copy under a name that does not change; a step's own folder is named by its key. */
async function placeClassifier(from: string, to: string): Promise<void> {
  if (existsSync(join(to, "manifest.json"))) {
    if (readManifest(to, "classifier").fingerprint === readManifest(from, "classifier").fingerprint) return;
  } else if (existsSync(to)) {
    throw new UserError(`${to} is there and is no classifier. Give another --out, or move it away.`);
  }
  const partial = `${to}.partial`;
  rmSync(partial, { recursive: true, force: true });
  cpSync(from, partial, { recursive: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(partial, to);
}
