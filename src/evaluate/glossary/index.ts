/** @file Cloze questions from glossaries. */
export { type ChosenQuestion, chooseQuestions, givesAway, type KnownEntry } from "./choose.js";
export { type Entry, readEntries } from "./entries.js";
export { GLOSSARY_FILE, GlossarySetOptions, glossarySetStage } from "./stage.js";
