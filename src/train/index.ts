/** @file The train room: views of a corpus become batches, and batches a model. */
export * from "./batches.js";
export { type History, type HistoryLine, openHistory } from "./history.js";
export { type Plan, type PlanOptions, planTraining } from "./plan.js";
export { type RunContext, type RunOptions, type RunResult, train } from "./pretrain.js";
export { pretrainStage } from "./stage.js";
