/** @file Beginning a job: the plan from inputs and classifier, and what is copied beside the scores. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { canonicalJson, sha256 } from "../../base/hash.js";
import { optionDifference } from "../../base/place.js";
import { readManifest } from "../../base/stage.js";
import type { Store } from "../../base/store/index.js";
import { readClassifierFile, requireScorable } from "../../classify/index.js";
import type { InputFile } from "../../corpus/input/types.js";
import { INT8_VERSION } from "../../nn/index.js";
import { tokenizerFingerprint } from "../../tokens/index.js";
import { JOB_FILES, type JobPlan, JobSettings } from "./plan.js";
import { readPlan } from "./record.js";

/** What a finished job needs of its classifier, so that the models are never needed again. */
export const COPIED = ["classifier.json", "tokenizer.json", "specials.json"] as const;

/** @throws UserError when there is no input, or `classifier` is not a finished classifier */
export function planJob(given: {
  inputs: readonly InputFile[];
  classifier: string;
  settings?: Partial<JobSettings>;
}): JobPlan {
  const { fingerprint } = readManifest(given.classifier, "classifier");
  const classifier = readClassifierFile(given.classifier);
  requireScorable(classifier, given.classifier);
  if (given.inputs.length === 0) throw new UserError("There is nothing to score: no input file was given.");
  const settings = JobSettings.parse(given.settings ?? {});
  const plan = {
    version: 1 as const,
    domain: classifier.domain,
    classifier: fingerprint,
    tokenizer: tokenizerFingerprint(given.classifier),
    settings,
    int8Version: int8VersionOf(settings),
    inputs: given.inputs.map(({ uri, source, bytes }) => ({ uri, source, bytes })),
  };
  return { key: keyOf(plan), ...plan };
}

/** What a plan with these settings says of int8's rounding; nothing where it is not used. */
function int8VersionOf({ precision }: JobSettings): number | undefined {
  return precision === "int8" ? INT8_VERSION : undefined;
}

/** The key of a plan: a hash of everything that decides the result. */
export function keyOf(plan: Omit<JobPlan, "key">): string {
  const { version, domain, classifier, tokenizer, settings, int8Version, inputs } = plan;
  return sha256(canonicalJson({ version, domain, classifier, tokenizer, settings, int8Version, inputs }));
}

/**
 * Finished jobs of any version are read; only scoring on would mix scores that were rounded differently.
 * @throws UserError when this Lacuna rounds int8 differently from the plan's
 */
export function requireSameRounding({ settings, int8Version }: JobPlan, where: string): void {
  const ours = int8VersionOf(settings);
  if (int8Version === ours) return;
  throw new UserError(
    `The job in ${where} was planned with version ${int8Version ?? 1} of int8's rounding, this Lacuna has version ${ours}; their scores differ. Score again with another --out, or remove that folder.`,
  );
}

/** A plan as stored: verification compares bytes. */
export function planText(plan: JobPlan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** @throws UserError when the store holds another job, saying in what it differs; nothing is written */
export async function requireFree(store: Store, plan: JobPlan): Promise<void> {
  if ((await store.size(JOB_FILES.plan)) !== undefined) await requireSamePlan(store, plan);
}

/**
 * Writes the plan, or finds the same one. Many workers may start one job at once.
 * @throws UserError when the store holds another job, saying in what it differs
 */
export async function startJob(store: Store, plan: JobPlan, classifier: string): Promise<void> {
  if ((await store.size(JOB_FILES.plan)) !== undefined) return requireSamePlan(store, plan);
  for (const name of COPIED) await store.write(name, readFileSync(join(classifier, name)));
  if (!(await store.create(JOB_FILES.plan, planText(plan)))) await requireSamePlan(store, plan);
}

async function requireSamePlan(store: Store, plan: JobPlan): Promise<void> {
  const found = await readPlan(store);
  if (found.key === plan.key) return;
  if (found.settings.precision === plan.settings.precision) requireSameRounding(found, store.uri);
  throw new UserError(
    `${store.uri} holds another scoring job: ${differenceOf(found, plan)}. To go on with it, give what it was begun with; otherwise give another --out, or delete ${store.uri}.`,
  );
}

function differenceOf(found: JobPlan, wanted: JobPlan): string {
  if (found.classifier !== wanted.classifier) {
    return `its classifier is ${found.classifier.slice(0, 12)}, this one is ${wanted.classifier.slice(0, 12)}`;
  }
  const setting = optionDifference(found.settings, wanted.settings);
  if (setting !== undefined) return setting;
  if (found.inputs.length !== wanted.inputs.length) {
    return `it has ${found.inputs.length} input files, here there are ${wanted.inputs.length}`;
  }
  const changed = wanted.inputs.find(
    ({ uri, bytes }, shard) => found.inputs[shard].uri !== uri || found.inputs[shard].bytes !== bytes,
  );
  if (changed) return `its inputs differ from here on: ${changed.uri} (${changed.bytes} bytes)`;
  const shard = wanted.inputs.findIndex(({ source }, at) => found.inputs[at].source !== source);
  return shard < 0
    ? "its plan differs"
    : `it calls ${wanted.inputs[shard].uri} "${found.inputs[shard].source}", here it is called "${wanted.inputs[shard].source}"`;
}
