/** @file Language models as judges: explaining latents, judging them, scoring explanations, labelling text. */
export type { UnknownCause } from "./answers.js";
export type { Llm } from "./ask.js";
export { estimateJudging, type JudgingEstimate } from "./estimate.js";
export { type Explanation, explainLatents } from "./explain.js";
export { JUDGE_FROM, type JudgeFrom, type LlmJudgeOptions, llmJudge } from "./judge.js";
export { type JudgedLatents, judgeLatents, type LatentDetail, type LatentsToJudge } from "./latents.js";
export { ledgerFolder, openEmbedder, openLlm } from "./open.js";
export { JudgeOptions } from "./options.js";
export { type Prompts, readPrompts } from "./prompts.js";
export { isTrusted, MIN_SCORE, type Score, type ScoreOptions, scoreByDetection, scoreByEmbedding } from "./score.js";
export { sentencesOf } from "./text.js";
