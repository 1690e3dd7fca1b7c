/** @file The llm room: asking language models, each answer paid for once, within a cap. Knows nothing of labels. */
export * from "./address.js";
export * from "./anthropic.js";
export * from "./asker.js";
export { costOf, dollars } from "./budget.js";
export * from "./call.js";
export { ApiFailure } from "./failure.js";
export * from "./ledger.js";
export * from "./openai.js";
export * from "./prices.js";
export * from "./types.js";
export * from "./unanswered.js";
