/** @file The classify room: probes on biLM states, their metrics, calibration and thresholds. */

export * from "./bilm.js";
export * from "./calibrate.js";
export * from "./classifier-file.js";
export * from "./fit.js";
export * from "./labelled.js";
export * from "./lbfgs.js";
export * from "./logistic.js";
export { type LabelledRows, type LinearProbe, logitsOf, sigmoid } from "./loss.js";
export * from "./quality.js";
export * from "./rank.js";
export * from "./samples.js";
export * from "./scorer.js";
export * from "./select.js";
export * from "./stage.js";
export * from "./threshold.js";
