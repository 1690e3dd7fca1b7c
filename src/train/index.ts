/** @file The train room: views of a corpus become batches, and batches a model. */
export * from "./batches.js";
export * from "./chat/index.js";
export { trainingSeconds } from "./cost.js";
export {
  type Evaluation,
  type FinetuneOptions,
  type FinetuneResult,
  finetune,
  finetuneTrainer,
} from "./finetune.js";
export { type History, type HistoryLine, openHistory } from "./history.js";
export { DivergedError, lateLoss, type RunContext } from "./loop.js";
export { type NamedStreams, openNamedStreams } from "./named-stream.js";
export { type Plan, type PlanOptions, planTraining } from "./plan.js";
export { type RunOptions, type RunResult, train } from "./pretrain.js";
export { type BatchSource, type Example, exampleSource, type SourceOptions, windowSource } from "./sources.js";
export { pretrainStage } from "./stage.js";
export * from "./unlearn/index.js";
export { type WindowLoss, type WindowLossOptions, windowLoss } from "./window-loss.js";
