/**
 * @file Routes: from tokens to labels to a classifier, in the ways a study can go.
 *
 *     lexicon -> labels of sentences -> n-gram classifier                              (the default)
 *     left LM, right LM -> SAE -> latents judged -> labels -> probe on the two LMs     (the paper's, section 3.2)
 *
 * and what lies between: either labels with either classifier. A step that two routes share is run once.
 */
import { trainingSeconds } from "../train/index.js";
import { type Route, type StudyConfig, trainingSeeds } from "./config.js";
import { parametersOf } from "./ladder.js";
import type { Artifact, RunStep, StudyInputs } from "./steps.js";

export interface RouteArtifacts {
  route: Route;
  labels: Artifact;
  classifier: Artifact;
  /** The sparse autoencoder whose latents label, for routes that have one. */
  sae?: Artifact;
  /** Every artifact that was made for this route alone or shared, for what it cost. */
  steps: Artifact[];
}

/** "lexicon-ngram", "latents-bilm", "lexicon-bilm-ngram". */
export const routeName = ({ labels, classifier, withNgrams }: Route) =>
  `${labels}-${classifier}${withNgrams ? "-ngram" : ""}`;

/** Options of labels by a lexicon, every document of it: it costs next to nothing. */
export const lexiconLabels = (tokens: Artifact, domain: string) => ({
  tokens: tokens.path,
  domain,
  documents: 1_000_000_000,
});

/** Options of the study's n-gram classifier from given labels. */
export const ngramClassifier = (config: StudyConfig, labels: Artifact, tokens: Artifact) => ({
  ...{ kind: "ngram", labels: labels.path, tokens: tokens.path, seed: config.seed },
  ...config.classifier.ngram,
});

/** Makes the labels and the classifier of a route. */
export async function runRoute(
  config: StudyConfig,
  route: Route,
  { tokens, domain }: Pick<StudyInputs, "domain"> & { tokens: Artifact },
  run: RunStep,
  priority: number,
): Promise<RouteArtifacts> {
  const { seed } = config;
  const steps: Artifact[] = [];
  /** Names that a study has once are those of the route that its arms go. */
  const main = (name: string) => (route === config.route ? name : undefined);
  const step = async (id: string, stage: string, options: Record<string, unknown>, seconds: number, name = id) => {
    const artifact = await run({ id, name, stage, options, seconds, priority });
    steps.push(artifact);
    return artifact;
  };
  const half = (direction: "forward" | "reverse") => {
    const { width, layers, heads, tokensPerParameter } = config.biLm;
    const { context, batch, lr, baseWidth } = config;
    const shape = { width, layers, heads, context, batch, tokensPerParameter, lr, baseWidth };
    const parameters = parametersOf(config, config.biLm);
    const [bilmSeed] = trainingSeeds(seed, 1);
    return step(
      `bilm-${direction}`,
      "pretrain",
      { tokens: tokens.path, ...shape, seed: bilmSeed, direction },
      trainingSeconds(config.vocabulary, parameters, tokensPerParameter * parameters),
      direction === "forward" ? "left" : "right",
    );
  };
  const halves = async () => {
    if (route.classifier !== "bilm" && route.labels !== "latents") return undefined;
    const [left, right] = await Promise.all([half("forward"), half("reverse")]);
    return { left: left.path, right: right.path };
  };
  const lexicon = () => step("label-lexicon", "label-text", lexiconLabels(tokens, domain), 5, main("labels"));
  const ngram = (labels: Artifact, id: string, name?: string) =>
    step(id, "classifier", ngramClassifier(config, labels, tokens), 30, name);

  const backbone = await halves();
  let [labels, sae]: [Artifact | undefined, Artifact | undefined] = [undefined, undefined];
  if (route.labels === "latents") {
    const annotator = { model: backbone!.left, reverse: backbone!.right, tokens: tokens.path, seed };
    sae = await step("sae", "sae", { ...annotator, ...config.sae }, 60);
    labels = await step(
      "label-latents",
      "label",
      { ...annotator, sae: sae.path, domain, ...config.label },
      30,
      main("labels"),
    );
  } else labels = await lexicon();
  const name = `classifier-${routeName(route)}`;
  if (route.classifier === "ngram")
    return { route, labels, classifier: await ngram(labels, name, main("classifier")), sae, steps };
  const beside = route.withNgrams ? { ngrams: (await ngram(labels, `classifier-${route.labels}-ngram`)).path } : {};
  const classifier = await step(
    name,
    "classifier",
    { kind: "bilm", ...backbone, labels: labels.path, tokens: tokens.path, seed, ...beside, ...config.classifier.bilm },
    30,
    main("classifier"),
  );
  return { route, labels, classifier, sae, steps };
}
