/**
 * @file The pipeline of a study as a graph of steps, written as plain awaits.
 *
 *     corpus -> tokenizer -> tokens -> labels -> classifier -> scores -> policies -> runs of every arm
 *                                |        (routes.ts)           (score-tracks.ts)
 *                                |---> baseline runs
 *
 * What lies on the way to the policies has the highest priority; baseline runs fill the cores that it leaves free.
 */
import { existsSync } from "node:fs";
import { readDomain } from "../label/index.js";
import { readTruth } from "../tokens/index.js";
import { trainingSeconds } from "../train/index.js";
import type { Arm } from "./arms.js";
import type { Route, StudyConfig } from "./config.js";
import { type GridSize, gridSizes, PRIORITY, parametersOf, seedsOf } from "./ladder.js";
import { type RouteArtifacts, runRoute } from "./routes.js";
import { scoreTracks } from "./score-tracks.js";
import { type Artifact, onceEach, type RunStep, type StudyInputs } from "./steps.js";

/** One trained and evaluated model. */
export interface StudyRun {
  size: GridSize;
  arm: Arm;
  seed: number;
  model: Artifact;
  losses: Artifact;
}

/** What an arm goes by; nothing for the baseline. */
export interface ArmPolicy {
  policy: Artifact;
  scores: Artifact;
}

/** Every artifact of a finished study. */
export interface StudyArtifacts {
  corpus: Artifact;
  tokens: Artifact;
  /** Whether the corpus' own truth grades; otherwise the labels of the first route do. */
  isGraded: boolean;
  /** The route of the arms first, then those beside it. */
  routes: RouteArtifacts[];
  scores: Artifact;
  policies: Map<string, ArmPolicy>;
  runs: StudyRun[];
}

/** Runs everything that is not yet there. */
export async function runPipeline(config: StudyConfig, inputs: StudyInputs, run: RunStep): Promise<StudyArtifacts> {
  const { seed } = config;
  const step = onceEach(run);
  const critical = (id: string, options: Record<string, unknown>, seconds: number, { stage = id, name = id } = {}) =>
    step({ id, name, stage, options, seconds, priority: PRIORITY.critical });

  const { textField, idField } = inputs;
  const files = inputs.files.length > 0 ? { files: [...inputs.files], textField, idField } : {};
  const corpus = await critical("corpus", { ...files, ...config.corpus, maxBytes: config.maxBytes, seed }, 8);
  const tokenizer = inputs.tokenizer
    ? { path: inputs.tokenizer }
    : await critical("tokenizer", { corpus: corpus.path, vocabulary: config.vocabulary }, 8);
  const tokens = await critical("tokenize", { corpus: corpus.path, tokenizer: tokenizer.path }, 5, { name: "tokens" });

  const isGraded = hasTruth(tokens.path, inputs.domain);
  const arms = config.arms.filter(({ labels }) => isGraded || labels !== "truth");

  const train = async (arm: Arm, size: GridSize, runSeed: number, by?: ArmPolicy): Promise<StudyRun> => {
    const { context, batch, lr, baseWidth } = config;
    const { width, layers, heads, tokensPerParameter } = size;
    const id = `${arm.name}-${size.name}-s${runSeed}`;
    const parameters = parametersOf(config, size);
    const model = await step({
      id: `train-${id}`,
      stage: "pretrain",
      options: {
        ...{ tokens: tokens.path, width, layers, heads, context, batch, tokensPerParameter, lr, baseWidth },
        ...{ budget: arm.budget, seed: runSeed },
        ...(by && { policy: by.policy.path, scores: by.scores.path }),
      },
      seconds: trainingSeconds(config.vocabulary, parameters, tokensPerParameter * parameters),
      // Largest first, so that the last runs to finish are short ones.
      priority: (by ? PRIORITY.filtered : PRIORITY.baseline) + (tokensPerParameter * parameters) / 1e12,
    });
    const losses = await step({
      id: `evaluate-${id}`,
      stage: "evaluate",
      options: { model: model.path, tokens: tokens.path, split: "test", ...(await heldOut()) },
      seconds: 2,
      priority: PRIORITY.critical,
    });
    return { size, arm, seed: runSeed, model, losses };
  };
  const trainAll = (arm: Arm, by?: ArmPolicy): Promise<StudyRun[]> =>
    Promise.all(
      gridSizes(config).flatMap((size) => seedsOf(config, arm, size).map((runSeed) => train(arm, size, runSeed, by))),
    );

  const mainRoute = runRoute(config, config.route, { ...inputs, tokens }, step, PRIORITY.critical);
  /** Without a truth of the corpus the labels say what is forget. */
  const heldOut = async () => (isGraded ? {} : { labels: (await mainRoute).labels.path });
  const policies = new Map<string, ArmPolicy>();
  const filtered = async () => {
    const route = await mainRoute;
    const scores = await critical("score", { tokens: tokens.path, classifier: route.classifier.path }, 20, {
      name: "scores",
    });
    const track = scoreTracks(config, { ...inputs, tokens, scores }, step);
    const trainFiltered = async (arm: Arm): Promise<StudyRun[]> => {
      const by = { scores: await track(arm.labels) };
      const { method, share, threshold, rule, start } = arm;
      const options = {
        ...{ scores: by.scores.path, tokens: tokens.path, method, share, threshold, rule, startAt: start },
        ...(rule === "prevalence" && { labels: route.labels.path }),
        // What training hides is exact then; labels are the validation split's.
        ...(threshold === undefined && rule !== "f1" && { on: "train" }),
      };
      const policy = await critical(`policy-${arm.name}`, options, 1, { stage: "filter" });
      policies.set(arm.name, { ...by, policy });
      return trainAll(arm, { ...by, policy });
    };
    const others = (other: Route) => runRoute(config, other, { ...inputs, tokens }, step, PRIORITY.beside);
    const [runs, beside] = await Promise.all([
      Promise.all(arms.filter(({ method }) => method !== "none").map(trainFiltered)),
      Promise.all(config.compare.map(others)),
    ]);
    return { scores, routes: [route, ...beside], runs: runs.flat() };
  };
  const [baseline, { runs, ...rest }] = await Promise.all([
    Promise.all(arms.filter(({ method }) => method === "none").map((arm) => trainAll(arm))),
    filtered(),
  ]);
  return { corpus, tokens, isGraded, ...rest, policies, runs: [...baseline.flat(), ...runs] };
}

/** Whether the corpus' own truth names what the domain forgets; taken for granted while steps are only planned. */
function hasTruth(tokens: string, domain: string): boolean {
  if (!existsSync(tokens)) return true;
  const known = readTruth(tokens, "test")?.domains ?? [];
  return readDomain(domain).truth.some((name) => known.includes(name));
}
