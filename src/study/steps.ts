/**
 * @file Steps: stages of one study, each in a folder named after its content key.
 *
 * A step that was finished before is found; one that was interrupted goes on from its checkpoint; nothing else is kept
 * between runs, so killing a study anywhere and starting it again is always safe.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ProgressUpdate } from "../base/progress.js";
import { type Manifest, planStage, readManifest } from "../base/stage.js";
import { linkStep } from "./named-links.js";
import { runInThread, semaphore } from "./pool.js";
import { stageByName } from "./stages.js";

/** What a study is, beside its steps: what later commands read to know its arms and sizes. */
export const STUDY_FILE = "study.json";

export interface StepSpec {
  /** Unique in the study, and the start of its folder's name: "train-mask-32x2". */
  id: string;
  /** Stable name in the study's folder (`named-links.ts`); the id where nothing shorter is known by all. */
  name?: string;
  stage: string;
  options: Record<string, unknown>;
  /** Rough seconds on one core, for the estimate of time left only. */
  seconds: number;
  /** Of the steps that could start, the highest goes first. */
  priority: number;
}

/** A finished step. */
export interface Artifact {
  path: string;
  manifest: Manifest;
}

export interface StudyInputs {
  /** Files or folders of the user's own text; none for the embedded corpus. */
  files: readonly string[];
  /** The domain file. */
  domain: string;
  /** Domain file of the topic that the wrong-topic controls aim at. */
  wrongTopic: string;
  /** Fields of the user's own records that hold the text and the id. */
  textField?: string;
  idField?: string;
  /** Tokenizer folder to use instead of one trained on the corpus. */
  tokenizer?: string;
}

export type StepEvent =
  | { type: "started"; step: StepSpec }
  | { type: "progress"; step: StepSpec; update: ProgressUpdate }
  | { type: "finished"; step: StepSpec; artifact: Artifact; found: boolean };

export interface StepRunnerOptions {
  folder: string;
  /** Steps that run at a time. Does not change any result. */
  workers: number;
  onEvent: (event: StepEvent) => void;
}

export type RunStep = (step: StepSpec) => Promise<Artifact>;

/** A step as a dry run sees it. */
export interface PlannedStep extends StepSpec {
  /** Whether it is finished and will be found. */
  isFound: boolean;
}

/**
 * Records a graph of steps without running any.
 * @param folder - where it would run: steps that are finished there are marked; none: nothing is looked for
 */
export function stepPlanner(folder?: string): { steps: PlannedStep[]; record: RunStep } {
  const steps: PlannedStep[] = [];
  const unmade = new Set<string>();
  /** A step's path, or one inside it; here a path is the step's id. */
  const isUnmade = (value: unknown) => typeof value === "string" && unmade.has(value.split("/")[0]);
  const record: RunStep = async (step) => {
    const isReady = !Object.values(step.options).flat().some(isUnmade);
    const path = folder !== undefined && isReady ? await pathOf(folder, step) : undefined;
    const isFound = path !== undefined && existsSync(path);
    steps.push({ ...step, isFound });
    if (isFound) return { path, manifest: readManifest(path, step.stage) };
    unmade.add(step.id);
    return { path: step.id, manifest: {} as Manifest };
  };
  return { steps, record };
}

/** The folder of a step, by its key. */
async function pathOf(folder: string, { id, stage, options }: StepSpec): Promise<string> {
  const { key } = await planStage(stageByName(stage), options);
  return join(folder, "steps", `${id}-${key.slice(0, 10)}`);
}

/** Steps that several parts of a graph ask for are run once: asked again, the same promise. */
export function onceEach(run: RunStep): RunStep {
  const asked = new Map<string, Promise<Artifact>>();
  return (step) => {
    const known = asked.get(step.id) ?? run(step);
    asked.set(step.id, known);
    return known;
  };
}

/** Makes the function that runs or finds one step. After one step has failed, no other starts. */
export function stepRunner({ folder, workers, onEvent }: StepRunnerOptions): RunStep {
  const hold = semaphore(workers);
  let failed: unknown;
  return (step) => {
    const run = async (): Promise<Artifact> => {
      if (failed) throw failed;
      try {
        // Planned in the slot, as it reads the inputs' hashes: a step queues in the turn in which it becomes ready.
        const path = await pathOf(folder, step);
        if (existsSync(path)) {
          linkStep(folder, step.name ?? step.id, path);
          const artifact = { path, manifest: readManifest(path, step.stage) };
          onEvent({ type: "finished", step, artifact, found: true });
          return artifact;
        }
        onEvent({ type: "started", step });
        // One thread a step: a sum's order, and so the last bit of a result, could depend on the number of threads.
        const task = { stage: step.stage, options: step.options, out: path, threads: 1 };
        const manifest = await runInThread(task, (update) => onEvent({ type: "progress", step, update }));
        linkStep(folder, step.name ?? step.id, path);
        const artifact = { path, manifest };
        onEvent({ type: "finished", step, artifact, found: false });
        return artifact;
      } catch (error) {
        failed = error;
        throw error;
      }
    };
    return hold(step.priority, run);
  };
}
