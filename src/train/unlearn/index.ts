/** @file Unlearning: RMU, circuit breakers and gradient ascent, each within a retain budget. */
export type { TracedWindows, UnlearningObjective } from "./objective.js";
export { circuitBreaker, gradientAscent } from "./rivals.js";
export { middleBlock, mlpWeights, type RmuOptions, randomDirection, rmu } from "./rmu.js";
export { UNLEARNING_METHODS, UnlearnFile, unlearnStage } from "./stage.js";
export {
  chooseSetting,
  type UnlearnContext,
  type UnlearnOptions,
  type UnlearnPoint,
  UnlearnResult,
  unlearn,
} from "./unlearn.js";
export { compileUnlearner, type UnlearnerOptions } from "./unlearner.js";
