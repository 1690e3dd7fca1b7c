/** @file Language models as judges: explaining latents, judging them, scoring explanations, labelling text. */
export { type AnswerShape, type UnknownCause, VerdictAnswer, type VerdictValue } from "./answers.js";
export { askEach, type Llm, type Question as LlmQuestion } from "./ask.js";
export { estimateJudging, estimateQuestions, type JudgingEstimate } from "./estimate.js";
export { type Explanation, explainLatents } from "./explain.js";
export { JUDGE_FROM, type JudgeFrom, type LlmJudgeOptions, llmJudge } from "./judge.js";
export { costReport, type JudgedLatents, judgeLatents, type LatentDetail, type LatentsToJudge } from "./latents.js";
export { ledgerFolder, type ModelOptions, openEmbedder, openLlm } from "./open.js";
export { HOW, JudgeOptions } from "./options.js";
export { ANSWER_PROMPTS, fenced, type Prompts, readPrompts } from "./prompts.js";
export { isTrusted, MIN_SCORE, type Score, type ScoreOptions, scoreByDetection, scoreByEmbedding } from "./score.js";
