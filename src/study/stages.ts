/** @file Every stage by name: what the command line offers and what worker threads can run. */
import { UserError } from "../base/errors.js";
import type { Stage } from "../base/stage.js";
import { classifierStage, labelDeriveStage } from "../classify/index.js";
import { corpusStage } from "../corpus/index.js";
import {
  attackStage,
  boundaryStage,
  compareStage,
  contaminationStage,
  evaluateStage,
  glossarySetStage,
  instructStage,
  questionsStage,
  refusalsStage,
  responsesStage,
} from "../evaluate/index.js";
import { filterStage, labelClassifierStage, scoreControlStage, scoreStage } from "../filter/index.js";
import { labelSpansStage, labelStage, labelTextStage, saeStage } from "../label/index.js";
import { exportModelStage } from "../models/index.js";
import { tokenizerStage, tokenizeStage } from "../tokens/index.js";
import { chatTuneStage, pretrainStage, refusalQuestionsStage, refusalTuneStage, unlearnStage } from "../train/index.js";
import { classifierReportStage } from "./classifiers/stage.js";

/** In the order of the pipeline. */
export const STAGES = [
  corpusStage,
  tokenizerStage,
  tokenizeStage,
  pretrainStage,
  saeStage,
  labelStage,
  labelTextStage,
  labelSpansStage,
  labelDeriveStage,
  classifierStage,
  labelClassifierStage,
  classifierReportStage,
  scoreStage,
  scoreControlStage,
  filterStage,
  evaluateStage,
  contaminationStage,
  glossarySetStage,
  instructStage,
  questionsStage,
  compareStage,
  boundaryStage,
  exportModelStage,
  chatTuneStage,
  refusalQuestionsStage,
  refusalTuneStage,
  unlearnStage,
  attackStage,
  refusalsStage,
  responsesStage,
] as unknown as readonly Stage[];

/** @throws UserError when there is no such stage. */
export function stageByName(name: string): Stage {
  const stage = STAGES.find((candidate) => candidate.name === name);
  if (!stage) throw new UserError(`There is no stage "${name}". Stages: ${STAGES.map((s) => s.name).join(", ")}.`);
  return stage;
}
