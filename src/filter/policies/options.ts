/**
 * @file What `npx lacuna filter SCORES` is given: one policy per scoring job, and what makes up for the lost tokens.
 *
 * Paths are as on the command line: from the current folder, or s3://. A delayed start is our own trainer's and is not
 * among them: an export is one fixed corpus.
 */
import { z } from "zod";
import { RULES } from "../choose.js";
import { METHODS, Policy } from "../policy.js";

const share = z.number().min(0).max(1);

/** How to filter by one scoring job: an entry of a --policies file. */
export const GivenPolicy = z.strictObject({
  scores: z.string().min(1).describe("finished scoring job (npx lacuna score INPUT...)"),
  method: z.enum(METHODS).describe(Policy.shape.method.description!),
  threshold: share.optional().describe("scores at or above it are forget"),
  share: share.optional().describe("share of tokens to filter, before smoothing; sets the threshold"),
  recall: share.optional().describe("share of forget rows to catch, on the classifier's validation rows"),
  rule: z
    .enum(RULES)
    .optional()
    .describe("f1: the classifier's threshold of best F1 on validation; prevalence: the share its labels call forget"),
  exempt: z.string().min(1).optional().describe("text file: ids of documents never to touch, one per line"),
  closeGaps: Policy.shape.closeGaps,
  dilate: Policy.shape.dilate,
  replacement: Policy.shape.replacement,
});
export type GivenPolicy = z.infer<typeof GivenPolicy>;

/** A --policies file: several domains, one policy each. */
export const GivenPolicies = z.array(GivenPolicy).min(1).max(64);

export const TOP_UPS = ["none", "repeat"] as const;

export const GivenFilter = z.object({
  policies: GivenPolicies,
  topUp: z
    .enum(TOP_UPS)
    .default("none")
    .describe("repeat: kept documents are repeated until as many tokens are trained as without filtering"),
  seed: z.int().default(1).describe("seed of which documents are repeated once more than others"),
});
export type GivenFilter = z.infer<typeof GivenFilter>;
