/**
 * @file Every model of a series taught to answer, then to refuse, then asked, once per seed, as a graph of steps.
 *
 *     questions ──┬── chat-tune ──┬── refusal-tune by a sentence ── refusals
 *       (once)    │   model, seed └── refusal-tune by the token ─── refusals
 */
import type { Form } from "../../train/index.js";
import type { SeriesModel } from "../series.js";
import type { Artifact, RunStep } from "../steps.js";
import type { AlignmentConfig } from "./config.js";

/** What one aligned model did. */
export interface AlignedRun extends Omit<SeriesModel, "path" | "method"> {
  form: Form;
  seed: number;
  refusals: Artifact;
  /** The split it was tuned and asked with. */
  questions: Artifact;
}

/** A model of a study's series, or another one: unlearned, attacked. */
export type AlignableModel = Omit<SeriesModel, "method">;

/** Judging options of the refusals stage, passed on as they are. */
export type Judging = Record<string, unknown>;

/**
 * Runs what is not yet there.
 * @param corpus - what the models were pretrained on: questions that stand in it are not asked; null when it is unknown
 */
export async function runAlignments(
  config: AlignmentConfig,
  models: readonly AlignableModel[],
  judging: Judging,
  corpus: string | null,
  step: RunStep,
): Promise<AlignedRun[]> {
  const { forget, general, unseen, forgetDomains, generalDomains, trainPerFile, evaluatePerFile } = config;
  const questions = await step({
    id: "refusal-questions",
    stage: "refusal-questions",
    options: {
      ...{ forget, general, unseen, forgetDomains, generalDomains, trainPerFile, evaluatePerFile },
      text: corpus === null ? [] : [corpus],
    },
    seconds: corpus === null ? 1 : 20,
    priority: Number.MAX_SAFE_INTEGER,
  });
  const align = async ({ arm, size, parameters, path }: AlignableModel, seed: number): Promise<AlignedRun[]> => {
    const name = `${arm}-${size}-seed${seed}`;
    // Later steps of a model come first, so that models are finished one after the other.
    const run = (stage: string, id: string, options: Record<string, unknown>, largest: number, rank: number) =>
      step({ id, stage, options, seconds: seconds(parameters, largest), priority: parameters + rank });
    const data = [`${questions.path}/general-train.jsonl`];
    const chat = await run("chat-tune", `chat-${name}`, { model: path, data, ...config.chat, seed }, 10, 0);
    return Promise.all(
      config.forms.map(async (form) => {
        const tuning = { model: chat.path, questions: questions.path, form, ...config.refuse, seed };
        const tuned = await run("refusal-tune", `refuse-${form}-${name}`, tuning, 25, 0.1);
        const asking = { model: tuned.path, questions: questions.path, temperature: config.temperature, seed };
        const refusals = await run("refusals", `refusals-${form}-${name}`, { ...asking, ...judging }, 10, 0.2);
        return { arm, size, parameters, form, seed, refusals, questions };
      }),
    );
  };
  // Largest first, so that the last steps to finish are short ones.
  const largestFirst = [...models].sort((a, b) => b.parameters - a.parameters);
  const all = await Promise.all(largestFirst.flatMap((model) => config.seeds.map((seed) => align(model, seed))));
  const place = (run: AlignedRun) => models.findIndex(({ arm, size }) => arm === run.arm && size === run.size);
  return all.flat().sort((a, b) => place(a) - place(b) || a.form.localeCompare(b.form) || a.seed - b.seed);
}

/** Cost on one core, roughly: so many seconds for a model of 0.4 M parameters, less for a smaller one. */
const seconds = (parameters: number, largest: number) => 2 + (largest * parameters) / 4e5;
