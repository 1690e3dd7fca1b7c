/** @file Refusals: asking, recognising, judging, rates. */
export { type RefusalJudge, RefusalJudgeOptions, type RefusalVerdict, refusalJudge } from "./judge.js";
export { type JudgedResponse, type KindRate, type RefusalRate, refusalRates } from "./rates.js";
export { RESEMBLES, resemblance } from "./resemblance.js";
export { type RefusalsResult, refusalsStage } from "./stage.js";
