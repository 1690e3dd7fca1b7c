/** @file Gathers what a study's steps left into the facts that the analysis takes. */
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import { readJson, readText } from "../base/files.js";
import { PACKAGE } from "../base/package.js";
import { SPLITS } from "../corpus/index.js";
import { readLosses } from "../evaluate/index.js";
import { readPolicy } from "../filter/index.js";
import { type Domain, readDomain } from "../label/index.js";
import { NO_DOMAIN, readTokens, readTruth } from "../tokens/index.js";
import { armsFacts } from "./arm-facts.js";
import { routeFacts } from "./collect-quality.js";
import type { StudyConfig } from "./config.js";
import type { RunFacts, StudyFacts } from "./facts.js";
import { gridSizes, parametersOf } from "./ladder.js";
import { drawPassages } from "./passages.js";
import type { StudyArtifacts, StudyRun } from "./pipeline.js";
import { type CorpusFacts, HistoryPoint, type Role } from "./results.js";
import type { StudyInputs } from "./steps.js";
import { unigramLosses } from "./unigram.js";

const Training = z.object({
  seed: z.number(),
  step: z.number(),
  flops: z.number(),
  rawTokens: z.number(),
  effectiveTokens: z.number(),
  epochs: z.number(),
});

/** Domains that are on neither side: text whose domains interleave. */
const NEITHER = ["mixed"];

/** Reads manifests and artifacts of a finished pipeline. */
export async function collectFacts(
  config: StudyConfig,
  artifacts: StudyArtifacts,
  { files, domain: domainFile, commands }: StudyInputs & { commands: readonly string[] },
): Promise<StudyFacts> {
  const domain = readDomain(domainFile);
  const tokens = artifacts.tokens.path;
  const corpus = corpusFacts(tokens, files, artifacts.isGraded);
  const runs = artifacts.runs.map(runFacts);
  const roles = rolesOf(runs[0].losses.domains, domain, artifacts.isGraded);
  const arms = config.arms.filter(({ name }) => runs.some(({ arm }) => arm === name));
  const shown = arms.find(
    ({ method, labels }) => labels === "classifier" && (method === "mask" || method === "remove"),
  );
  const policy = shown && artifacts.policies.get(shown.name);
  return {
    version: PACKAGE.version,
    processor: cpus()[0]?.model ?? "unknown",
    domain: domain.name,
    config,
    commands,
    corpus,
    roles,
    sizes: gridSizes(config).map((size) => ({ ...size, parameters: parametersOf(config, size) })),
    arms: armsFacts(arms, tokens, roles, artifacts.policies),
    routes: artifacts.routes.map((route) => routeFacts(route, config.seed)),
    unigram: unigramLosses(tokens, artifacts.isGraded ? undefined : artifacts.routes[0].labels.path),
    runs,
    passages: policy
      ? drawPassages({
          ...{ tokens, scores: artifacts.scores.path, threshold: readPolicy(policy.policy.path).threshold },
          ...{ forget: domain.truth, seed: config.seed },
        })
      : [],
  };
}

/** With truth, the domain file names what is forget; without, evaluations are by the labels' two sides. */
function rolesOf(domains: readonly string[], { truth }: Domain, isGraded: boolean): Record<string, Role> {
  const side = (name: string): Role => {
    if (!isGraded) return name === "forget" || name === "retain" ? name : "other";
    return truth.includes(name) ? "forget" : NEITHER.includes(name) ? "other" : "retain";
  };
  return Object.fromEntries(domains.map((name) => [name, side(name)]));
}

function corpusFacts(directory: string, files: readonly string[], isGraded: boolean): CorpusFacts {
  const splits = SPLITS.map((split) => {
    const shard = readTokens(directory, split);
    const truth = readTruth(directory, split);
    const counts = new Float64Array(256);
    for (const label of truth?.labels ?? []) counts[label]++;
    counts[NO_DOMAIN] = 0;
    const domains = Object.fromEntries((truth?.domains ?? []).map((name, index) => [name, counts[index]]));
    return { split, documents: shard.documents.length, tokens: shard.tokens.length, domains };
  });
  const own = files.map((file) => basename(file)).join(", ");
  return {
    name: files.length > 0 ? `own text (${own})` : "dictionary text (WordNet)",
    domainsFrom: isGraded ? "truth" : "labels",
    splits,
  };
}

function runFacts({ size, arm, model, losses }: StudyRun): RunFacts {
  const { step: steps, ...training } = readJson(join(model.path, "training.json"), Training);
  const lines = readText(join(model.path, "history.jsonl")).trim().split("\n");
  const history = lines.map((line) => HistoryPoint.parse(JSON.parse(line)));
  return { size: size.name, arm: arm.name, steps, ...training, history, losses: readLosses(losses.path) };
}
