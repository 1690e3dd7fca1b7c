/**
 * @file `policies.json`: the result of `npx lacuna filter SCORES`, and reading it back as an open PolicySet.
 *
 * Beside it lie `exempt-N.txt`, copies of the lists given for policy N. A job on disk is named relative to the result,
 * so that both can be moved together and found from any folder.
 */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files.js";
import { canonicalJson, sha256 } from "../../base/hash.js";
import { readManifest } from "../../base/stage.js";
import { openScored } from "../job/open-scored.js";
import { Policy } from "../policy.js";
import { requireEffect } from "./counts.js";
import { parseExempt, readExempt } from "./exempt.js";
import { TOP_UPS } from "./options.js";
import { requireSameInputs } from "./scan.js";
import type { PolicySet } from "./types.js";

const share = z.number().min(0).max(1);

export const CountsFile = z.object({
  documents: z.int(),
  droppedDocuments: z.int(),
  tokens: z.int(),
  droppedTokens: z.int(),
  maskedTokens: z.int(),
  removedTokens: z.int(),
  share: share.describe("of tokens: dropped, masked or removed"),
});

export const ResolvedPolicy = z.object({
  scores: z.string().describe("the scoring job: s3://..., or a folder relative to this file"),
  job: z.string().describe("fingerprint of the job"),
  policy: Policy,
  chosen: z
    .object({
      threshold: share,
      by: z.enum(["none", "threshold", "share", "recall", "f1", "prevalence"]),
      wanted: z.number().optional(),
      reached: z.number().optional().describe("share before smoothing; recall and F1 on validation rows"),
    })
    .describe("how the threshold was chosen"),
  exempt: z
    .object({ file: z.string(), sha256: z.string(), ids: z.int(), found: z.int() })
    .optional()
    .describe("the exempt list: its ids, and how many of them the corpus holds"),
  counts: CountsFile.describe("what this policy takes away by itself"),
});

export const PoliciesFile = z.object({
  version: z.literal(1),
  policies: z.array(ResolvedPolicy).min(1),
  topUp: z.object({ method: z.enum(TOP_UPS), rate: z.number().nonnegative(), seed: z.int() }),
  counts: CountsFile.describe("what all policies take away together"),
  shards: z.array(CountsFile.extend({ shard: z.int(), source: z.string() })).describe("together, by input file"),
});
export type PoliciesFile = z.infer<typeof PoliciesFile>;

export const POLICIES_FILE = "policies.json";

const isRemote = (uri: string) => /^[a-z][a-z0-9+.-]*:\/\//i.test(uri);

/** A job's address as stored in a result folder: unchanged when remote, else the way from that folder. */
export function storedAddress(uri: string, directory: string): string {
  return isRemote(uri) ? uri : relative(resolve(directory), resolve(uri));
}

/** What of the file decides the view. */
function fingerprintOf({ policies, topUp }: Pick<PoliciesFile, "policies" | "topUp">): string {
  const deciding = policies.map(({ job, policy, exempt }) => ({ job, policy, exempt: exempt?.sha256 ?? null }));
  return sha256(canonicalJson({ deciding, topUp }));
}

/**
 * Opens the result of `npx lacuna filter SCORES`, and the jobs it reads.
 * @throws UserError when it is none, or a job is gone, unfinished or no longer the one that was counted
 */
export async function openPolicies(directory: string): Promise<PolicySet> {
  readManifest(directory, "filter");
  const path = join(directory, POLICIES_FILE);
  if (!existsSync(path)) {
    throw new UserError(
      `${directory} is a policy for npx lacuna pretrain. An export needs one over a scoring job: npx lacuna filter SCORES --method ... --out DIR.`,
    );
  }
  const file = readJson(path, PoliciesFile);
  requireEffect(file.policies, file.counts);
  const policies: PolicySet["policies"] = [];
  for (const { scores, job, policy, exempt } of file.policies) {
    const uri = isRemote(scores) ? scores : relative(process.cwd(), resolve(directory, scores)) || ".";
    const scored = await openScored(uri);
    if (scored.fingerprint !== job) {
      throw new UserError(
        `${uri} is not the scoring job that ${path} was made from (${scored.fingerprint.slice(0, 12)}, then ${job.slice(0, 12)}). Filter again: npx lacuna filter ${uri}.`,
      );
    }
    policies.push({ policy, scored, exempt: exempt ? openExempt(directory, exempt) : new Set() });
  }
  requireSameInputs(policies.map(({ scored }) => scored));
  return { policies, topUp: file.topUp, fingerprint: fingerprintOf(file) };
}

function openExempt(directory: string, { file, sha256: expected }: { file: string; sha256: string }) {
  if (!/^exempt-\d+\.txt$/.test(file))
    throw new UserError(`${directory} names an exempt list "${file}". Filter again.`);
  const text = readExempt(join(directory, file));
  if (sha256(text) !== expected) throw new UserError(`${join(directory, file)} was changed. Filter again.`);
  return parseExempt(text);
}
