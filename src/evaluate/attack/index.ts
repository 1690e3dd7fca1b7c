/** @file Attacks by finetuning: how fast what was taken away comes back. */
export {
  type AttackContext,
  type AttackOptions,
  AttackResult,
  AttackRun,
  attack,
  favourAttacker,
} from "./attack.js";
export { type CurvePoint, type Recovery, recover } from "./recover.js";
export { AttackFile, attackStage } from "./stage.js";
