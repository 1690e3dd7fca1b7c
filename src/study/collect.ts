/** @file Gathers what a study's steps left into the facts that the analysis takes. */
import { basename, join } from "node:path";
import { z } from "zod";
import { readJson, readText } from "../base/files.js";
import { PACKAGE } from "../base/package.js";
import { SPLITS } from "../corpus/index.js";
import { readLosses } from "../evaluate/index.js";
import { readPolicy } from "../filter/index.js";
import { readDomain } from "../label/index.js";
import { NO_DOMAIN, readTokens, readTruth } from "../tokens/index.js";
import { classifierFacts, filteredShares, labelFacts } from "./collect-quality.js";
import { ARMS, type Arm, type StudyConfig } from "./config.js";
import type { RunFacts, StudyFacts } from "./facts.js";
import { drawPassages } from "./passages.js";
import { type LadderRun, parametersOf, type StudyArtifacts, type StudyInputs, sizeName } from "./pipeline.js";
import { type ArmFacts, type CorpusFacts, HistoryPoint } from "./results.js";

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
  const corpus = corpusFacts(tokens, files);
  const named = corpus.splits.flatMap(({ domains }) => Object.keys(domains));
  const side = (name: string) => (domain.truth.includes(name) ? "forget" : NEITHER.includes(name) ? "other" : "retain");
  const { threshold } = readPolicy(artifacts.policies.mask!.path);
  return {
    version: PACKAGE.version,
    domain: domain.name,
    config,
    commands,
    corpus,
    roles: Object.fromEntries(named.map((name) => [name, side(name)])),
    sizes: config.sizes.map((size) => ({ ...size, name: sizeName(size), parameters: parametersOf(config, size) })),
    arms: ARMS.map((arm) => armFacts(arm, artifacts)),
    labels: labelFacts(artifacts.labels.manifest.result),
    classifier: classifierFacts(artifacts.classifier.path),
    runs: artifacts.runs.map(runFacts),
    passages: drawPassages({
      tokens,
      scores: artifacts.scores.path,
      threshold,
      forget: domain.truth,
      seed: config.seed,
    }),
  };
}

function corpusFacts(directory: string, files: readonly string[]): CorpusFacts {
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
    name: files.length > 0 ? `own text (${own})` : "embedded WordNet dictionary pages",
    domainsFrom: splits.some(({ domains }) => Object.keys(domains).length > 0) ? "truth" : "none",
    splits,
  };
}

function armFacts(arm: Arm, { policies }: StudyArtifacts): ArmFacts {
  const artifact = policies[arm];
  if (!artifact) return { name: arm, method: "none", threshold: null, budget: "raw", filteredShare: {} };
  const { method, threshold } = readPolicy(artifact.path);
  return { name: arm, method, threshold, budget: "raw", filteredShare: filteredShares(artifact.manifest.result) };
}

function runFacts({ size, arm, model, losses }: LadderRun): RunFacts {
  const { step: steps, ...training } = readJson(join(model.path, "training.json"), Training);
  const lines = readText(join(model.path, "history.jsonl")).trim().split("\n");
  const history = lines.map((line) => HistoryPoint.parse(JSON.parse(line)));
  return { size: sizeName(size), arm, steps, ...training, history, losses: readLosses(losses.path) };
}
