/** @file Public API of the label room. */
export * from "./contexts.js";
export * from "./domain.js";
export * from "./grade.js";
export * from "./judge.js";
export * from "./lexicon.js";
export * from "./rule.js";
export * from "./statistics.js";
