/** @file Contamination: which texts stand in what a model was trained on. */
export { checkOverlap, type Overlap } from "./check.js";
export { readContaminated } from "./file.js";
export { NgramIndex, wordsOf } from "./ngrams.js";
export { ContaminationOptions, contaminationStage, TrainingTextOptions } from "./stage.js";
export { type TrainingDocument, trainingDocuments } from "./text.js";
