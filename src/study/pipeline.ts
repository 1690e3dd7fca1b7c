/**
 * @file The pipeline of a study as a graph of steps, written as plain awaits.
 *
 *     corpus -> tokenizer -> tokens -> left LM, right LM -> SAE -> labels -> classifier -> scores -> policies
 *                                |---> baseline runs                                                   |
 *                                                           document, mask and remove runs <-----------+
 *
 * The biLM is both the annotator whose latents label and the features of the classifier (docs/decisions/001). That path
 * has the highest priority; baseline runs fill the cores that it leaves free.
 */
import { type GptConfig, parameterCount } from "../nn/index.js";
import { ARMS, type Arm, type ModelSize, type StudyConfig } from "./config.js";
import type { Artifact, RunStep } from "./steps.js";

export interface StudyInputs {
  /** Files or folders of the user's own text; none for the embedded corpus. */
  files: readonly string[];
  /** The domain file. */
  domain: string;
}

/** One trained and evaluated model of the ladder. */
export interface LadderRun {
  size: ModelSize;
  arm: Arm;
  model: Artifact;
  losses: Artifact;
}

/** Every artifact of a finished study. */
export interface StudyArtifacts {
  corpus: Artifact;
  tokens: Artifact;
  sae: Artifact;
  labels: Artifact;
  classifier: Artifact;
  scores: Artifact;
  policies: Partial<Record<Arm, Artifact>>;
  runs: LadderRun[];
}

export const sizeName = ({ width, layers }: ModelSize) => `${width}x${layers}`;

/** Parameters of a ladder model, embedding counted once. */
export function parametersOf(config: StudyConfig, { width, layers, heads }: ModelSize): number {
  return parameterCount({ vocabulary: config.vocabulary, width, layers, heads, context: config.context } as GptConfig);
}

const PRIORITY = { classifier: 3, filtered: 2, baseline: 1 };

/** Runs everything that is not yet there. */
export async function runPipeline(config: StudyConfig, inputs: StudyInputs, step: RunStep): Promise<StudyArtifacts> {
  const { seed } = config;
  const critical = (id: string, options: Record<string, unknown>, seconds: number, stage = id) =>
    step({ id, stage, options, seconds, priority: PRIORITY.classifier });

  const files = inputs.files.length > 0 ? { files: [...inputs.files] } : {};
  const corpus = await critical("corpus", { ...files, maxBytes: config.maxBytes, seed }, 8);
  const tokenizer = await critical("tokenizer", { corpus: corpus.path, vocabulary: config.vocabulary }, 8);
  const tokens = await critical("tokenize", { corpus: corpus.path, tokenizer: tokenizer.path }, 5);

  const pretrain = (id: string, size: ModelSize, tokensPerParameter: number, priority: number, more = {}) => {
    const { context, batch } = config;
    const { width, layers, heads } = size;
    const options = { tokens: tokens.path, width, layers, heads, context, batch, tokensPerParameter, seed, ...more };
    const parameters = parametersOf(config, size);
    return step({
      id,
      stage: "pretrain",
      options,
      seconds: trainingSeconds(config.vocabulary, parameters, tokensPerParameter * parameters),
      priority,
    });
  };
  const ladder = async (arm: Arm, policy?: Artifact, scores?: Artifact): Promise<LadderRun[]> =>
    Promise.all(
      // Largest first, so that the last runs to finish are short ones.
      [...config.sizes].reverse().map(async (size) => {
        const filtered = policy && scores ? { policy: policy.path, scores: scores.path } : {};
        const id = `${arm}-${sizeName(size)}`;
        const priority = (policy ? PRIORITY.filtered : PRIORITY.baseline) + parametersOf(config, size) / 1e9;
        const model = await pretrain(`train-${id}`, size, config.tokensPerParameter, priority, filtered);
        const options = { model: model.path, tokens: tokens.path, split: "test" };
        const losses = await step({
          id: `evaluate-${id}`,
          stage: "evaluate",
          options,
          seconds: 2,
          priority: PRIORITY.classifier,
        });
        return { size, arm, model, losses };
      }),
    );

  const half = (direction: "forward" | "reverse") =>
    pretrain(`bilm-${direction}`, config.biLm, config.biLm.tokensPerParameter, PRIORITY.classifier, { direction });
  const label = async (left: Artifact, right: Artifact) => {
    const annotator = { model: left.path, reverse: right.path, tokens: tokens.path, seed };
    const sae = await critical("sae", { ...annotator, ...config.sae }, 60);
    const labels = await critical("label", { ...annotator, sae: sae.path, domain: inputs.domain, ...config.label }, 30);
    return { sae, labels };
  };
  const filtered = async () => {
    const [left, right] = await Promise.all([half("forward"), half("reverse")]);
    const { sae, labels } = await label(left, right);
    const paths = { left: left.path, right: right.path, labels: labels.path, tokens: tokens.path };
    const classifier = await critical("classifier", { kind: "bilm", ...paths, seed, ...config.classifier }, 30);
    const scores = await critical("score", { tokens: tokens.path, classifier: classifier.path }, 20);
    const policies: StudyArtifacts["policies"] = {};
    const runs = await Promise.all(
      ARMS.filter((arm) => arm !== "baseline").map(async (method) => {
        const options = { scores: scores.path, tokens: tokens.path, method, share: config.filteredShare };
        const policy = await critical(`policy-${method}`, options, 1, "filter");
        policies[method] = policy;
        return ladder(method, policy, scores);
      }),
    );
    return { sae, labels, classifier, scores, policies, runs: runs.flat() };
  };
  const [baseline, rest] = await Promise.all([ladder("baseline"), filtered()]);
  return { corpus, tokens, ...rest, runs: [...baseline, ...rest.runs] };
}

/** Training time on one core at the rates of docs/performance.md: a fixed cost per logit and a cost per FLOP. */
export function trainingSeconds(vocabulary: number, parameters: number, tokens: number): number {
  return 2 + tokens * (vocabulary * 3e-9 + (6 * parameters) / 60e9);
}
