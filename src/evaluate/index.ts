/** @file Evaluate room: loss on held-out text, per domain and document; attacks; questions, and what of them was trained on. */
export * from "./attack/index.js";
/** @file Evaluate room: loss on held-out text, per domain and document; questions, and what of them was trained on. */
export * from "./boundary/index.js";
export * from "./contamination/index.js";
export * from "./glossary/index.js";
export { type HeldOutFile, type HeldOutOptions, readHeldOut } from "./held-out.js";
export { type Continuation, encodeContinuation, type Likelihood, likelihoods } from "./likelihood.js";
export { type DocumentLosses, type DomainLoss, domainLosses, readLosses, writeLosses } from "./losses.js";
export { type HeldOut, packedLosses } from "./packed.js";
export * from "./questions/index.js";
export * from "./refusals/index.js";
export * from "./responses/index.js";
export { EvaluateOptions, type EvaluateResult, evaluateStage } from "./stage.js";
export { differenceTest, type Figure, meanOf, pairedTest, rate, studentT, type Test } from "./statistics.js";
export { openTextGenerator, type Said, SayOptions, type TextGenerator } from "./text-generator.js";
