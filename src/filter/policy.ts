/**
 * @file Policies: how scores become what a trainer sees.
 *
 * A policy never touches tokens or scores on disk. It answers one question, "is this token forget?" (`forget.ts`), and
 * everything else (loss mask, replaced inputs, dropped documents, counts) follows from that answer in `view.ts`.
 * How a threshold is found from a share, a recall or a classifier's own rule is `choose.ts`.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files.js";
import { readManifest } from "../base/stage.js";

/** The four ways to filter (paper 3.1): nothing, whole documents, targets only, inputs and targets. */
export const METHODS = ["none", "document", "mask", "remove"] as const;

/** What stands in place of removed text. The paper's is the first; it alone keeps every position. */
export const REPLACEMENTS = ["hidden", "one-hidden", "nothing"] as const;

/** One way to filter one domain. */
export const Policy = z.object({
  domain: z.string().describe("domain whose scores decide, e.g. medicine"),
  method: z.enum(METHODS).describe("none, document (drop), mask (no loss on forget targets), remove (hide them too)"),
  threshold: z.number().min(0).max(1).describe("scores at or above it are forget"),
  startAt: z.number().min(0).max(1).default(0).describe("share of training before filtering begins (paper B.5)"),
  closeGaps: z.int().nonnegative().default(0).describe("longest run of retain tokens between forget tokens to fill"),
  dilate: z.int().nonnegative().default(0).describe("tokens added on either side of every forget span"),
  replacement: z
    .enum(REPLACEMENTS)
    .default("hidden")
    .describe("what remove leaves: hidden (one <|hidden|> per token), one-hidden (one per span) or nothing"),
});
export type Policy = z.infer<typeof Policy>;

/** Reads the policy of a finished `npx lacuna filter` result. @throws UserError when it is not one. */
export function readPolicy(directory: string): Policy {
  readManifest(directory, "filter");
  const path = join(directory, "policy.json");
  if (existsSync(path)) return readJson(path, Policy);
  throw new UserError(
    `${directory} holds policies over a scoring job, for npx lacuna export. npx lacuna pretrain needs one over token shards: npx lacuna filter --scores DIR --tokens DIR.`,
  );
}

/** First optimizer step (0-based) that trains on the filtered view; the steps before it see everything. */
export function firstFilteredStep(policy: Policy, steps: number): number {
  return Math.round(policy.startAt * steps);
}
