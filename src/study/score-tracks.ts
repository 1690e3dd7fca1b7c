/**
 * @file Score tracks: the scores an arm goes by, the classifier's or a control's. Each is made once, when first asked for.
 */
import type { Arm } from "./arms.js";
import type { StudyConfig } from "./config.js";
import { PRIORITY } from "./ladder.js";
import { lexiconLabels, ngramClassifier } from "./routes.js";
import type { Artifact, RunStep, StudyInputs } from "./steps.js";

type Labels = Arm["labels"];

/** @returns the scores of each kind of labels; asked twice, the same promise */
export function scoreTracks(
  config: StudyConfig,
  { domain, wrongTopic, tokens, scores }: StudyInputs & { tokens: Artifact; scores: Artifact },
  run: RunStep,
): (labels: Labels) => Promise<Artifact> {
  const step = (id: string, stage: string, options: Record<string, unknown>, seconds: number, name = id) =>
    run({ id, name, stage, options, seconds, priority: PRIORITY.critical });
  const control = (labels: "truth" | "random") =>
    step(
      `score-${labels}`,
      "score-control",
      { tokens: tokens.path, scores: scores.path, domain, labels, seed: config.seed },
      2,
      `scores-${labels}`,
    );
  const make: Record<Labels, () => Promise<Artifact>> = {
    classifier: async () => scores,
    truth: () => control("truth"),
    random: () => control("random"),
    "wrong-topic": async () => {
      const labels = await step("label-wrong-topic", "label-text", lexiconLabels(tokens, wrongTopic), 5);
      const options = ngramClassifier(config, labels, tokens);
      const classifier = await step("classifier-wrong-topic", "classifier", options, 30);
      const score = { tokens: tokens.path, classifier: classifier.path };
      return step("score-wrong-topic", "score", score, 20, "scores-wrong-topic");
    },
  };
  const made = new Map<Labels, Promise<Artifact>>();
  return (labels) => {
    const known = made.get(labels) ?? make[labels]();
    made.set(labels, known);
    return known;
  };
}
