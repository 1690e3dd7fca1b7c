/**
 * @file What the models of a series are asked and probed, as a graph of steps, written as plain awaits.
 *
 *     exams ── contamination ──┐                    glossaries ── glossary-set ──┐
 *     every model ── questions (cloze) ── compare   every model ── questions ── compare      every model ── boundary
 *     largest models ── instruct ── questions (letter)      largest models ── chat-tune ── responses
 */
import { GLOSSARY_FILE, type QuestionsResult } from "../../evaluate/index.js";
import type { Series, SeriesModel } from "../series.js";
import type { Artifact, RunStep } from "../steps.js";
import type { SafeguardsConfig } from "./config.js";

/** What the steps read; an empty list of files leaves out what needs it. */
export interface SafeguardInputs {
  /** The corpus the models were trained on. */
  corpus: string;
  /** Multiple choice to ask, and to teach lettered answers with. */
  exams: readonly string[];
  teach: readonly string[];
  glossary: readonly string[];
  /** Free questions of the forget domain, and general instructions with answers. */
  forgetQuestions: readonly string[];
  generalQuestions: readonly string[];
  /** Judging options of the responses stage, as they are. */
  judging?: Record<string, unknown>;
}

export interface Asked {
  model: SeriesModel;
  isInstructed: boolean;
  answers: Artifact;
  /** Where the model was taught lettered answers. */
  instructed?: Artifact;
}

export interface Compared {
  model: SeriesModel;
  comparison: Artifact;
}

export interface SafeguardArtifacts {
  contamination: Artifact | null;
  glossarySet: Artifact | null;
  exams: Asked[];
  glossary: Asked[];
  comparisons: Compared[];
  boundary: { model: SeriesModel; probes: Artifact }[];
  /** The split of the questions that responses are to. */
  freeQuestions: Artifact | null;
  responses: { model: SeriesModel; said: Artifact }[];
}

export type Side = "forget" | "retain" | "other";

/** Which side a group of questions is on, by its category: "mmlu/medical". */
export function sideOf(group: string, { forget, retain }: Pick<SafeguardsConfig, "forget" | "retain">): Side {
  const category = group.slice(group.lastIndexOf("/") + 1);
  if (category === "forget" || forget.includes(category)) return "forget";
  return category === "retain" || retain.includes(category) ? "retain" : "other";
}

/** Runs what is not yet there. */
export async function runSafeguardSteps(
  config: SafeguardsConfig,
  { tokens, models }: Series,
  inputs: SafeguardInputs,
  run: RunStep,
): Promise<SafeguardArtifacts> {
  const { seed, forget, retain, perGroup } = config;
  const exams = [...inputs.exams];
  const largest = Math.max(...models.map(({ parameters }) => parameters));
  const largestModels = models.filter(({ parameters }) => parameters === largest);
  const step = (id: string, stage: string, options: Record<string, unknown>, seconds: number, priority = 0) =>
    run({ id, stage, options, seconds, priority });
  /** A step for one model; larger models first, so that the last to finish are short ones. */
  const perModel = (
    name: string,
    stage: string,
    model: SeriesModel,
    options: Record<string, unknown>,
    seconds: number,
  ) =>
    step(
      `${name}-${model.arm}-${model.size}`,
      stage,
      options,
      2 + (seconds * model.parameters) / largest,
      model.parameters / 1e9,
    );
  const text = { text: [inputs.corpus] };
  const [contamination, glossarySet] = await Promise.all([
    exams.length > 0 ? step("contamination", "contamination", { questions: exams, ...text }, 20, 2) : null,
    inputs.glossary.length > 0
      ? step(
          ...(["glossary-set", "glossary-set"] as const),
          {
            ...{ glossary: [...inputs.glossary], ...text, perSide: config.perSide, seed },
            ...{ minOccurrences: config.minOccurrences, forget, retain },
          },
          ...([25, 2] as const),
        )
      : null,
  ]);

  const checked = contamination ? { contamination: contamination.path } : {};
  const askExams = async (model: SeriesModel): Promise<Asked[]> => {
    if (exams.length === 0) return [];
    const options = { model: model.path, questions: exams, scoring: ["cloze"], perGroup, ...checked, seed };
    return [{ model, isInstructed: false, answers: await perModel("exams", "questions", model, options, 60) }];
  };
  const askLetters = async (model: SeriesModel): Promise<Asked[]> => {
    if (exams.length === 0 || inputs.teach.length === 0) return [];
    // Categories that are kept, by name: those called otherwise may hold questions of the domain to forget.
    const taught = { questions: [...inputs.teach], without: exams, categories: retain };
    const instruct = { model: model.path, ...taught, epochs: config.instructEpochs, seed };
    const instructed = await perModel("instruct", "instruct", model, instruct, 60);
    const options = { model: instructed.path, questions: exams, scoring: ["letter"], perGroup, ...checked, seed };
    const answers = await perModel("letters", "questions", model, options, 60);
    return [{ model, isInstructed: true, answers, instructed }];
  };
  const askGlossary = async (model: SeriesModel): Promise<Asked[]> => {
    if (!glossarySet) return [];
    const questions = [`${glossarySet.path}/${GLOSSARY_FILE}`];
    const options = { model: model.path, questions, scoring: ["cloze"], perGroup: config.perSide, seed };
    return [{ model, isInstructed: false, answers: await perModel("glossary", "questions", model, options, 25) }];
  };
  /** Every filtered model against the baseline of its size. */
  const compareAll = (name: string, asked: readonly Asked[]) =>
    Promise.all(
      asked.flatMap(async ({ model, answers }): Promise<Compared[]> => {
        const first = asked.find((other) => other.model.size === model.size && other.model.arm === "baseline");
        if (!first || model.arm === "baseline") return [];
        const groups = Object.keys((answers.manifest.result as QuestionsResult | undefined)?.groups ?? {});
        const of = (side: Side) => groups.filter((group) => sideOf(group, config) === side);
        const sides = { forget: of("forget"), retain: of("retain") };
        const options = { first: first.answers.path, second: answers.path, ...sides, seed };
        return [{ model, comparison: await perModel(`compare-${name}`, "compare", model, options, 5) }];
      }),
    );
  const probe = async (model: SeriesModel) => {
    const size = { maxTokens: config.probeTokens, passages: config.passages };
    const options = { model: model.path, tokens, forget, retain, ...size, seed };
    return { model, probes: await perModel("boundary", "boundary", model, options, 40) };
  };
  const converse = async (): Promise<Pick<SafeguardArtifacts, "freeQuestions" | "responses">> => {
    const [of, general] = [[...inputs.forgetQuestions], [...inputs.generalQuestions]];
    if (of.length === 0 || general.length === 0) return { freeQuestions: null, responses: [] };
    // One split, so that nothing a model was tuned on is asked; nor what it was pretrained on.
    const split = await step("free-questions", "refusal-questions", { forget: of, general, ...text, seed }, 20, 2);
    const responses = await Promise.all(
      largestModels.map(async (model) => {
        const data = [`${split.path}/general-train.jsonl`];
        const tuning = { model: model.path, data, epochs: config.chatEpochs, seed };
        const chat = await perModel("chat", "chat-tune", model, tuning, 30);
        const questions = ["forget", "general"].map((kind) => `${split.path}/${kind}-evaluation.jsonl`);
        const size = { perSource: config.freeQuestions, sayTokens: config.sayTokens };
        const options = { model: chat.path, questions, ...size, seed, ...inputs.judging };
        return { model, said: await perModel("responses", "responses", model, options, 30) };
      }),
    );
    return { freeQuestions: split, responses };
  };

  const each = async (of: readonly SeriesModel[], ask: (model: SeriesModel) => Promise<Asked[]>) =>
    (await Promise.all(of.map(ask))).flat();
  const asking = async () => {
    const [plain, lettered, glossary] = await Promise.all([
      each(models, askExams),
      each(largestModels, askLetters),
      each(models, askGlossary),
    ]);
    const compared = await Promise.all([
      compareAll("exams", plain),
      compareAll("letters", lettered),
      compareAll("glossary", glossary),
    ]);
    return { exams: [...plain, ...lettered], glossary, comparisons: compared.flat(2) };
  };
  const [asked, boundary, free] = await Promise.all([asking(), Promise.all(models.map(probe)), converse()]);
  return { contamination, glossarySet, ...asked, boundary, ...free };
}
