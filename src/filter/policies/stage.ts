/**
 * @file Filtering scored corpora: thresholds resolved, what they take away counted, written down as a result folder.
 *
 * It is a stage, so the same policies over the same jobs are found, not counted again, and a result is whole or absent.
 * Jobs may be in an object store and have manifests of their own kind, so their fingerprints are among the options
 * instead of the stage's path inputs. Only scores are read: one pass to aim at a share, one to count.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic, writeJson } from "../../base/files.js";
import { sha256 } from "../../base/hash.js";
import type { Place } from "../../base/place.js";
import type { Progress } from "../../base/progress.js";
import { defineStage, type Manifest, planStage, runStage, stagePlace } from "../../base/stage.js";
import { losses } from "../job/lost.js";
import { openScored } from "../job/open-scored.js";
import type { ScoredCorpus } from "../job/scored.js";
import { Policy } from "../policy.js";
import { countPolicies, lostTokens, requireEffect, sumCounts } from "./counts.js";
import { parseExempt, readExempt } from "./exempt.js";
import { POLICIES_FILE, type PoliciesFile, storedAddress } from "./file.js";
import { GivenFilter, type GivenPolicy } from "./options.js";
import { requireSameInputs } from "./scan.js";
import { thresholdOnJob } from "./threshold.js";
import type { OpenPolicy } from "./types.js";

/** A given policy with what it reads. */
interface Opened {
  given: GivenPolicy;
  scored: ScoredCorpus;
  exemptText?: string;
  exempt: ReadonlySet<string>;
}

/** Opens what the policies read. @throws UserError when something is missing, or the jobs do not go together */
async function openGiven(given: GivenFilter): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const policy of given.policies) {
    const exemptText = policy.exempt === undefined ? undefined : readExempt(policy.exempt);
    const scored = await openScored(policy.scores);
    opened.push({ given: policy, scored, exemptText, exempt: parseExempt(exemptText ?? "") });
  }
  requireSameInputs(opened.map(({ scored }) => scored));
  return opened;
}

/** Chooses the thresholds and counts what they take away; `directory` is where the result is to stand. */
async function resolvePolicies(
  opened: readonly Opened[],
  { topUp, seed }: Pick<GivenFilter, "topUp" | "seed">,
  directory: string,
  progress?: Progress,
): Promise<PoliciesFile> {
  const policies: (OpenPolicy & { chosen: PoliciesFile["policies"][number]["chosen"] })[] = [];
  for (const { given, scored, exempt } of opened) {
    const chosen = await thresholdOnJob(given, scored, exempt, progress);
    const { method, closeGaps, dilate, replacement } = given;
    const { threshold } = chosen;
    const policy = Policy.parse({ domain: scored.plan.domain, method, threshold, closeGaps, dilate, replacement });
    policies.push({ policy, scored, exempt, chosen });
  }
  const counted = await countPolicies(policies, progress);
  const counts = sumCounts(counted.shards);
  const lost = lostTokens(counts);
  requireEffect(
    policies.map(({ policy, scored, chosen }, n) => ({
      ...{ scores: scored.store.uri, policy, chosen },
      counts: counted.policies[n],
    })),
    counts,
  );
  return {
    version: 1,
    policies: policies.map(({ policy, scored, chosen, exempt }, n) => {
      const text = opened[n].exemptText;
      return {
        scores: storedAddress(scored.store.uri, directory),
        job: scored.fingerprint,
        policy,
        chosen,
        exempt:
          text === undefined
            ? undefined
            : { file: exemptName(n), sha256: sha256(text), ids: exempt.size, found: counted.exemptFound[n] },
        counts: counted.policies[n],
      };
    }),
    topUp: { method: topUp, rate: topUp === "repeat" && lost > 0 ? lost / (counts.tokens - lost) : 0, seed },
    counts,
    shards: counted.shards.map((of, shard) => ({ shard, source: policies[0].scored.plan.inputs[shard].source, ...of })),
  };
}

const exemptName = (n: number) => `exempt-${n}.txt`;

/**
 * Says what policies over scoring jobs would do, and what stands in `out`; writes nothing.
 * @throws UserError as filterScored
 */
export async function previewFilter(
  raw: z.input<typeof GivenFilter>,
  out: string,
  progress?: Progress,
): Promise<PoliciesFile & { place: Place; losses: string[] }> {
  const given = parseGiven(raw);
  const opened = await openGiven(given);
  const place = stagePlace(
    out,
    (await planStage(filterJobStage(opened, given), stageOptions(opened, given, out))).plan,
  );
  return { ...(await resolvePolicies(opened, given, out, progress)), place, losses: lossesOf(opened) };
}

/**
 * Filters scoring jobs by policies: writes policies.json, exempt lists and manifest.json, or finds them there.
 * @throws UserError when a rule cannot be applied, a job is unfinished, or `out` holds something else
 */
export async function filterScored(
  raw: z.input<typeof GivenFilter>,
  out: string,
  progress?: Progress,
): Promise<Manifest & { found: boolean; losses: string[] }> {
  const given = parseGiven(raw);
  const opened = await openGiven(given);
  const made = await runStage(filterJobStage(opened, given), stageOptions(opened, given, out), out, { progress });
  return { ...made, losses: lossesOf(opened) };
}

/** What of the inputs is lost, by the first job: all have the same. */
function lossesOf([{ scored }]: readonly Opened[]): string[] {
  return losses(scored.plan, scored.records);
}

/** The options as the stage keeps them: jobs by what they hold, not only by where they are. */
function stageOptions(opened: readonly Opened[], given: GivenFilter, out: string): z.input<typeof StageOptions> {
  const jobs = opened.map(({ scored, exemptText }) => ({
    job: scored.fingerprint,
    exempt: exemptText === undefined ? null : sha256(exemptText),
  }));
  const policies = given.policies.map(({ exempt: _, ...policy }) => ({
    ...policy,
    scores: storedAddress(policy.scores, out),
  }));
  return { ...given, policies, jobs };
}

function parseGiven(raw: z.input<typeof GivenFilter>): GivenFilter {
  const parsed = GivenFilter.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new UserError(`Options of filter are not as expected:\n${z.prettifyError(parsed.error)}`);
}

const StageOptions = GivenFilter.extend({
  jobs: z.array(z.object({ job: z.string(), exempt: z.string().nullable() })).describe("what the policies read"),
});

/** The stage over jobs that are open already. Its name is that of the command. */
function filterJobStage(opened: readonly Opened[], given: GivenFilter) {
  return defineStage({
    name: "filter",
    summary: "Turn scores into policies, and count what they take away",
    why: "A policy is a cheap view over scores: try as many as you like, nothing is scored again",
    examples: [],
    version: 1,
    options: StageOptions,
    inputs: [],
    async run(_, { out, progress }) {
      // `out` is a sibling of the final folder, so addresses relative to it hold there too.
      const file = await resolvePolicies(opened, given, out, progress);
      for (const [n, { exemptText }] of opened.entries()) {
        if (exemptText !== undefined) await writeFileAtomic(join(out, exemptName(n)), exemptText);
      }
      await writeJson(join(out, POLICIES_FILE), file);
      const { policies, topUp, counts } = file;
      return { policies, topUp, counts };
    },
  });
}
