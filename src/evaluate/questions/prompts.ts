/** @file What a model is shown: a question with lettered choices (paper A.3), or without any (cloze, paper B.2). */
import type { Continuation } from "../likelihood.js";
import { letterOf, type Question } from "./question.js";

const withContext = ({ context }: Question, text: string) => (context === undefined ? text : `${context}\n\n${text}`);

/** The question, a line "Choice: text = LETTER" for each choice, and "Answer:"; the letter follows after a space. */
export function letterPrompt(question: Question): string {
  const choices = question.choices.map((choice, index) => `Choice: ${choice} = ${letterOf(index)}\n`).join("");
  return withContext(question, `${question.question}\n\nChoices:\n${choices}Answer:`);
}

/** The question and "Answer:"; a choice follows after a space. */
export function clozePrompt(question: Question): string {
  return question.prompt ?? withContext(question, `Question: ${question.question}\nAnswer:`);
}

export function letterContinuations(question: Question): Continuation[] {
  const prompt = letterPrompt(question);
  return question.choices.map((_, index) => ({ prompt, text: ` ${letterOf(index)}` }));
}

export function clozeContinuations(question: Question): Continuation[] {
  const prompt = clozePrompt(question);
  return question.choices.map((choice) => ({ prompt, text: ` ${choice}` }));
}

/** The choices after the last line of the prompt alone ("Answer:"): how likely each is whatever the question. */
export function priorContinuations(question: Question): Continuation[] {
  const prompt = clozePrompt(question);
  const lastLine = prompt.slice(prompt.lastIndexOf("\n") + 1);
  return question.choices.map((choice) => ({ prompt: lastLine, text: ` ${choice}` }));
}
