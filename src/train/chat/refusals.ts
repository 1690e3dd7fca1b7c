/**
 * @file Refusals that are taught: one of a file's sentences, or one special token (paper 4.4).
 *
 * Which sentence answers which question is drawn from the seed. Reading and recognising live here together, so that what is
 * taught and what is looked for cannot drift apart.
 */
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { readText } from "../../base/files.js";
import { PACKAGE_ROOT } from "../../base/package.js";

/** prose: a sentence of the file; token: `<|refusal|>` alone. */
export const FORMS = ["prose", "token"] as const;
export type Form = (typeof FORMS)[number];

/** The sentences that come with the package. */
export const REFUSALS = join(PACKAGE_ROOT, "prompts", "refusals.txt");

/** One refusal a line, blank lines aside. @throws UserError when there is none, or one twice */
export function readRefusals(path: string = REFUSALS): string[] {
  const refusals = readText(path)
    .split("\n")
    .map(oneLine)
    .filter((line) => line !== "");
  if (refusals.length === 0) throw new UserError(`${path} holds no refusal. Give one sentence a line.`);
  const twice = refusals.find((refusal, index) => refusals.indexOf(refusal) !== index);
  if (twice !== undefined) throw new UserError(`${path} holds "${twice}" twice. Remove one.`);
  return refusals;
}

/** Whether what was said is a trained refusal: the token anywhere in it, or the words of a sentence at its start. */
export function isTrainedRefusal(
  said: { ids: ArrayLike<number>; text: string },
  refusals: readonly string[],
  refusalToken: number,
): Form | undefined {
  if (Array.from(said.ids).includes(refusalToken)) return "token";
  const text = oneLine(said.text);
  return refusals.some((refusal) => text.startsWith(refusal)) ? "prose" : undefined;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
