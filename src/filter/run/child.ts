/** @file The process that scores shards: one classifier, opened once, one shard at a time. */
import { UserError } from "../../base/errors.js";
import { openStore, type Store } from "../../base/store/index.js";
import { type Classifier, openClassifier } from "../../classify/index.js";
import { type JobPlan, readPlan, requireSameRounding, rowReader, scoreInput } from "../job/index.js";
import type { ShardTask } from "./messages.js";
import { serveShards } from "./serve.js";

let opened: { as: string; classifier: Classifier } | undefined;
let job: { out: string; store: Store; plan: JobPlan } | undefined;

serveShards(async (task, onProgress) => {
  const { store, plan } = await jobOf(task);
  const classifier = await classifierOf(task, plan);
  if (classifier.fingerprint !== plan.classifier) {
    throw new UserError(
      `${task.classifier} is not the classifier of the job in ${task.out}: its fingerprint is ${classifier.fingerprint.slice(0, 12)}, the job's ${plan.classifier.slice(0, 12)}. Give the one the job was planned with.`,
    );
  }
  return scoreInput(store, plan, classifier, task.shard, {
    open: rowReader(plan, task.classifier),
    onProgress: ({ tokens }, total) => onProgress({ done: tokens, total, unit: "tokens" }),
  });
});

async function jobOf({ out, key }: ShardTask): Promise<{ store: Store; plan: JobPlan }> {
  if (job?.out === out && job.plan.key === key) return job;
  const store = openStore(out);
  const plan = await readPlan(store);
  if (plan.key !== key) throw new UserError(`${out} holds another job by now. Start the scoring again.`);
  requireSameRounding(plan, out);
  job = { out, store, plan };
  return job;
}

async function classifierOf({ classifier: directory, threads }: ShardTask, { settings }: JobPlan): Promise<Classifier> {
  const { precision, overlap } = settings;
  const as = JSON.stringify([directory, precision, overlap]);
  if (opened?.as === as) return opened.classifier;
  await opened?.classifier.release();
  opened = undefined;
  const classifier = await openClassifier(directory, { threads, precision, overlap });
  opened = { as, classifier };
  return classifier;
}
