/** @file Chat and refusal tuning: conversations, their questions split, two stages on one finetuning loop. */
export { chatTuneStage } from "./chat-stage.js";
export { conversationOf, type Instruction, readConversations, readInstructions } from "./conversations.js";
export { PretrainedOn, PretrainedOnOptions, withoutPretrained } from "./pretrained-on.js";
export {
  KINDS,
  type Kind,
  type QuestionSets,
  readQuestionSet,
  refusalQuestionsStage,
  splitQuestions,
} from "./questions.js";
export { refusalTuneStage } from "./refusal-stage.js";
export { FORMS, type Form, isTrainedRefusal, REFUSALS, readRefusals } from "./refusals.js";
export { loadForward, rowTokens, TuneOptions, type TuneResult, tune } from "./tune.js";
