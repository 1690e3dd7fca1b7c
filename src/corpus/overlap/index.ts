/** @file Overlap: which short texts stand in training text, by word n-grams. */
export { checkOverlap, type Overlap } from "./check.js";
export { NgramIndex, wordsOf } from "./ngrams.js";
export { type TrainingDocument, TrainingTextOptions, trainingDocuments } from "./text.js";
