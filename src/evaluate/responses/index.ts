/** @file Free answers: judged by language models, or measured offline. */
export { type RatedResponse, type ResponseFigures, responseFigures } from "./figures.js";
export { CRITERIA, type Criterion, judgeResponses } from "./judge.js";
export { overlap, repetition } from "./offline.js";
export { responsesStage } from "./stage.js";
