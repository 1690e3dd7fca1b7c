/** @file Models: GPT, its muP parametrisation, its optimizer, its files, and readers of its states and losses. */
export * from "./adamw.js";
export * from "./checkpoint.js";
export * from "./config.js";
export * from "./coordinates.js";
export * from "./generate/index.js";
export * from "./gpt.js";
export * from "./inference/index.js";
export * from "./init.js";
export * from "./losses.js";
export * from "./sae.js";
export * from "./schedule.js";
export { type DocumentStates, openStates, type ReadStatesOptions, type StateReader, stateReader } from "./states.js";
export * from "./trainer.js";
export { type Window, windowsOf, windowTime } from "./windows.js";
