/**
 * @file What an arm takes away from training, by domain, and how many targets to keep it leaves.
 */
import { type Policy, readPolicy, readScores, type ScoreShard, type View, viewOf } from "../filter/index.js";
import {
  loadTokenizer,
  NO_DOMAIN,
  readTokens,
  readTruth,
  type Specials,
  type TokenShard,
  type TokenTruth,
} from "../tokens/index.js";
import type { Arm } from "./arms.js";
import { filteredShares } from "./collect-quality.js";
import type { ArmPolicy } from "./pipeline.js";
import type { ArmFacts, Role } from "./results.js";

/** Tokens of the training split per domain: all of them, and those trained on in one pass over what the arm keeps. */
interface Counts {
  /** Tokens that one pass reads. */
  read: number;
  all: Record<string, number>;
  trained: Record<string, number>;
}

/** @param tokens - token folder, read once for all arms @param policies - what each arm goes by; none for the baseline */
export function armsFacts(
  arms: readonly Arm[],
  tokens: string,
  roles: Record<string, Role>,
  policies: ReadonlyMap<string, ArmPolicy>,
): ArmFacts[] {
  const shard = readTokens(tokens, "train");
  const training = { shard, truth: readTruth(tokens, "train"), specials: loadTokenizer(tokens).specials };
  const retain = ({ trained, read }: Counts) =>
    Object.entries(trained).reduce((sum, [domain, count]) => sum + (roles[domain] === "retain" ? count : 0), 0) / read;
  const ofBaseline = retain(countTargets(training));
  return arms.map(({ name, method, labels, budget }) => {
    const by = policies.get(name);
    const policy = by && readPolicy(by.policy.path);
    const counts = countTargets(training, policy, by && readScores(by.scores.path, "train", shard));
    const hidden = Object.entries(counts.all).map(
      ([domain, all]) => [domain, 1 - counts.trained[domain] / all] as const,
    );
    return {
      ...{ name, method, labels, budget },
      threshold: policy?.threshold ?? null,
      filteredShare: by ? filteredShares(by.policy.manifest.result) : {},
      hidden: Object.fromEntries(hidden),
      retainTargets: ofBaseline > 0 ? retain(counts) / ofBaseline : null,
    };
  });
}

interface Training {
  shard: TokenShard;
  truth: TokenTruth | undefined;
  specials: Specials;
}

function countTargets({ shard, truth, specials }: Training, policy?: Policy, scores?: ScoreShard): Counts {
  const view: View = viewOf(
    policy ?? { method: "none", threshold: 1 },
    shard.tokens,
    scores?.tokenScores,
    scores?.documentScores,
    shard.docOffsets,
    specials,
  );
  const domains = truth?.domains ?? [];
  const [all, trained] = [new Float64Array(domains.length), new Float64Array(domains.length)];
  const labels = truth?.labels ?? new Uint8Array(shard.tokens.length).fill(NO_DOMAIN);
  for (const label of labels) if (label !== NO_DOMAIN) all[label]++;
  let read = 0;
  for (const document of view.keptDocuments) {
    for (let i = shard.docOffsets[document]; i < shard.docOffsets[document + 1]; i++) {
      read++;
      if (labels[i] !== NO_DOMAIN && view.lossMask[i] === 1) trained[labels[i]]++;
    }
  }
  const named = (counts: Float64Array) =>
    Object.fromEntries(domains.flatMap((name, index) => (all[index] > 0 ? [[name, counts[index]]] : [])));
  return { read, all: named(all), trained: named(trained) };
}
