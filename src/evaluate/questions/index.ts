/** @file Multiple choice: questions read, put to a model, measured, compared. */
export { ANSWERS_FILE, Answered, answerQuestions, readAnswers, SCORINGS, type Scoring } from "./answers.js";
export { type Comparison, compareAnswers } from "./compare.js";
export { CompareOptions, compareStage } from "./compare-stage.js";
export { instructStage, letterExample } from "./instruct-stage.js";
export { type GroupSummary, MEASURE_NAMES, type MeasureName, summarise as summariseAnswers } from "./measures.js";
export { clozePrompt, letterPrompt } from "./prompts.js";
export { Question } from "./question.js";
export { type GroupedQuestion, readQuestions } from "./read.js";
export { QuestionsOptions, type QuestionsResult, questionsStage } from "./stage.js";
