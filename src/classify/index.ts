/** @file The classify room: probes on biLM states, their metrics, calibration and thresholds. */
export * from "./calibrate.js";
export * from "./lbfgs.js";
export * from "./logistic.js";
export { type LabelledRows, type LinearProbe, logitsOf, sigmoid } from "./loss.js";
export * from "./rank.js";
export * from "./threshold.js";
