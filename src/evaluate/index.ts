/** @file Evaluate room: loss on held-out text, per domain and document. */
export { type HeldOutFile, type HeldOutOptions, readHeldOut } from "./held-out.js";
export { type DocumentLosses, type DomainLoss, domainLosses, readLosses, writeLosses } from "./losses.js";
export { type HeldOut, packedLosses } from "./packed.js";
export { EvaluateOptions, type EvaluateResult, evaluateStage } from "./stage.js";
export { openTextGenerator, type Said, SayOptions, type TextGenerator, unsayableIds } from "./text-generator.js";
