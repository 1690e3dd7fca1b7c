/**
 * @file Which choice an answer means: a label the record gives, a letter, a number or the choice's text.
 *
 * A number alone does not say whether the first choice is 0 or 1, and "2" may be a number or a text. The records of a file
 * are alike, so one that leaves no doubt speaks for all; where none does, or they disagree, nothing is guessed.
 */

/** What a record says. */
export interface Given {
  choices: readonly unknown[];
  /** One a choice, where the record names them: "A", "1", "yes". */
  labels?: readonly string[];
  answer: unknown;
  /** The number of the first choice, where the format says so. */
  from?: 0 | 1;
}

/** What answers are in one file, where its records tell. */
export interface Codes {
  /** The number of the first choice. */
  from?: 0 | 1;
  /** Whether records count from 0 and from 1. */
  isMixed: boolean;
  /** Whether answers that may be a letter, a number or a text are texts. */
  areTexts?: boolean;
}

const LETTER = /^\(?([A-Za-z])[).:]?$/;

/** The facts of one file, from all its records. */
export function factsOf(records: readonly Given[]): Codes {
  const undecided = records.filter(({ labels, answer }) => labels === undefined && answer !== undefined);
  const strings = undecided.filter(({ answer }) => typeof answer === "string");
  const hasCode = strings.some((given) => mayBeCode(given) && textIndex(given) < 0);
  const hasText = strings.some((given) => !mayBeCode(given) && textIndex(given) >= 0);
  const areTexts = hasCode === hasText ? undefined : hasText;
  const numbers = undecided.flatMap((given) => {
    const number = areTexts && typeof given.answer === "string" ? undefined : numberOf(given.answer);
    return number === undefined || given.from !== undefined ? [] : [{ number, last: given.choices.length }];
  });
  const hasZero = numbers.some(({ number }) => number === 0);
  const hasLast = numbers.some(({ number, last }) => number === last);
  return { from: hasZero ? 0 : hasLast ? 1 : undefined, isMixed: hasZero && hasLast, areTexts };
}

/** The index of the right choice, or why it is not known. */
export function indexOf(given: Given, facts: Codes): number | { unusable: string } {
  const { answer, labels, choices } = given;
  const number = numberOf(answer);
  if (choices.length === 0) return { unusable: "choices: there are none" };
  if (answer === undefined || answer === "" || Number.isNaN(answer)) return { unusable: "answer: there is none" };
  if (number !== undefined && number < 0) return { unusable: `answer: ${number}, which hides it` };
  if (labels !== undefined) {
    const label = labels.findIndex((label) => label.toLowerCase() === String(answer).trim().toLowerCase());
    const found = label >= 0 ? label : textIndex(given);
    return found >= 0 ? found : { unusable: "answer: no such choice" };
  }
  const text = textIndex(given);
  if (facts.areTexts && text >= 0) return text;
  const letter = letterIndex(answer);
  if (number === undefined && letter === undefined)
    return text >= 0 ? text : { unusable: "answer: neither a letter, a number nor one of the choices" };
  const code = letter ?? countedFrom(given, number!, facts);
  if (typeof code !== "number") return code;
  if (!(code < choices.length)) return { unusable: "answer: no such choice" };
  if (text >= 0 && text !== code && facts.areTexts === undefined)
    return { unusable: "answer: may be a letter or number, or the text of a choice; no record tells" };
  return code;
}

function countedFrom({ from: said }: Given, number: number, { from, isMixed }: Codes): number | { unusable: string } {
  if (said !== undefined) return number - said;
  if (isMixed) return { unusable: "answer: counts from 0 in some records and from 1 in others; write letters" };
  if (from !== undefined) return number - from;
  return {
    unusable: "answer: counts from 0 or 1, no record tells (none is 0, none the number of choices); write letters",
  };
}

/** Whether it may be the letter or number of a choice. */
function mayBeCode({ answer, choices: { length } }: Given): boolean {
  return (letterIndex(answer) ?? length) < length || (numberOf(answer) ?? length + 1) <= length;
}

function letterIndex(answer: unknown): number | undefined {
  const letter = typeof answer === "string" ? LETTER.exec(answer.trim())?.[1] : undefined;
  return letter === undefined ? undefined : letter.toUpperCase().charCodeAt(0) - 65;
}

/** Whole numbers, as numbers, integers of 64 bits or digits. */
function numberOf(answer: unknown): number | undefined {
  if (typeof answer === "string") return /^-?\d{1,9}$/.test(answer.trim()) ? Number(answer) : undefined;
  const number = typeof answer === "bigint" ? Number(answer) : answer;
  return typeof number === "number" && Number.isInteger(number) ? number : undefined;
}

/** The choice whose text the answer is, where there is one and no other like it. */
function textIndex({ answer, choices }: Given): number {
  if (typeof answer !== "string") return -1;
  const same = (choice: unknown) => typeof choice === "string" && choice.trim() === answer.trim();
  const found = choices.findIndex(same);
  return found === choices.findLastIndex(same) ? found : -1;
}
