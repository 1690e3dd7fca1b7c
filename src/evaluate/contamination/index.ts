/** @file Contamination: which questions stand in what a model was trained on. */
export * from "../../corpus/overlap/index.js";
export { readContaminated } from "./file.js";
export { ContaminationOptions, contaminationStage } from "./stage.js";
