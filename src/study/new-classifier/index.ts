/** @file A new classifier from texts and a domain file, and the page that says how good it is. */
export { madeSentence, renderNewClassifier } from "./page.js";
export { NewClassifierConfig, type NewClassifierInputs, type TokenizerChoice } from "./pipeline.js";
export { QualityFile } from "./quality-file.js";
export { type NewClassifierOptions, planNewClassifier, runNewClassifier } from "./run.js";
export { adviceOf, verdictSentence } from "./verdict.js";
