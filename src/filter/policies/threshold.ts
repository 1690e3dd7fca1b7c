/**
 * @file The threshold of a policy over a scoring job.
 *
 * A share is aimed at on the scored corpus itself, all of it, since that is what it is a share of; prevalence, recall and best F1
 * need labels, and come from the classifier's validation rows. The classifier's models are never needed.
 */
import { UserError } from "../../base/errors.js";
import type { Progress } from "../../base/progress.js";
import { type ProbeFile, thresholdForRecall, thresholdForShare } from "../../classify/index.js";
import { type ChosenThreshold, ruleOf } from "../choose.js";
import type { ScoredCorpus } from "../job/scored.js";
import type { GivenPolicy } from "./options.js";
import { decidingHistogram } from "./scan.js";

/** Chooses the threshold. @throws UserError when the rule cannot be applied */
export async function thresholdOnJob(
  given: GivenPolicy,
  job: ScoredCorpus,
  exempt: ReadonlySet<string>,
  progress?: Progress,
): Promise<ChosenThreshold> {
  const by = ruleOf(given.method, given);
  const granularity = given.method === "document" ? "document" : "token";
  const probe = job.classifier[granularity];
  if (by === "none") return { threshold: 1, by };
  if (by === "threshold") return { threshold: given.threshold!, by };
  if (by === "f1") {
    const { threshold, f1 } = probe.thresholds.f1;
    return { threshold, by, reached: f1 ?? undefined };
  }
  if (by === "recall") {
    const { threshold, recall } = recallThreshold(probe, given.recall!, job.store.uri);
    return { threshold, by, wanted: given.recall, reached: recall };
  }
  const histogram = await decidingHistogram(job, granularity, exempt, progress);
  const wanted = by === "share" ? given.share! : prevalenceOfRows(job.classifier.token, job.store.uri);
  const { threshold, share } = thresholdForShare(histogram, wanted);
  return { threshold, by, wanted, reached: share };
}

/** The share of forget tokens among a classifier's validation rows. */
function prevalenceOfRows({ thresholds }: ProbeFile, uri: string): number {
  const { forget, retain } = thresholds.histograms ?? {};
  if (!forget || !retain) {
    throw new UserError(
      `The classifier of ${uri} does not say how many of its validation tokens are forget. Use --share, or make the classifier again: npx lacuna classifier now keeps it.`,
    );
  }
  const sum = (rows: readonly number[]) => rows.reduce((total, count) => total + count, 0);
  return sum(forget) / (sum(forget) + sum(retain));
}

/** The highest threshold that catches `wanted` of the validation rows labelled forget. */
function recallThreshold({ thresholds }: ProbeFile, wanted: number, uri: string) {
  const forget = thresholds.histograms?.forget;
  if (forget?.every((count) => count === 0))
    throw new UserError(
      `The classifier of ${uri} had no forget row on validation: no threshold is known to catch ${wanted} of them. Give --threshold or --share.`,
    );
  if (forget) return thresholdForRecall(Float64Array.from(forget), wanted);
  const listed = thresholds.recall.find((entry) => entry.wanted === wanted);
  if (listed) return listed;
  const known = thresholds.recall.map((entry) => entry.wanted).join(", ");
  throw new UserError(
    `The classifier of ${uri} keeps thresholds for a recall of ${known} only, not ${wanted}. Use one of these, or make the classifier again: npx lacuna classifier fit keeps what any recall needs.`,
  );
}
