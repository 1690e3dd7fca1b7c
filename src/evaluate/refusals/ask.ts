/** @file Asking a model the questions of one evaluation, part by part, so that an interruption costs one part. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../../base/files.js";
import { encodePrompt, type Turn } from "../../tokens/index.js";
import type { SayOptions, TextGenerator } from "../text-generator.js";

/** What was said to a question; null where question and answer do not fit the context together. */
const Said = z.object({ text: z.string(), ids: z.array(z.number()), isCut: z.boolean() }).nullable();
export type SaidOrNot = z.infer<typeof Said>;

/** Questions put between two checkpoints. */
const PART = 128;

/**
 * Asks each question on its own.
 * @param out - folder for hidden files that a rerun finds
 * @returns what was said, in the order of the questions
 */
export async function askAll(
  generator: TextGenerator,
  questions: readonly string[],
  how: SayOptions,
  out: string,
  onDone: (done: number) => void,
): Promise<SaidOrNot[]> {
  const all: SaidOrNot[] = [];
  for (let start = 0; start < questions.length; start += PART) {
    // What is said to a question does not depend on those beside it, so parts made before a crash are as good as new.
    const path = join(out, `.said-${start}.json`);
    if (!existsSync(path)) {
      const part = questions.slice(start, start + PART).map((content): Turn[] => [{ role: "user", content }]);
      const fits = part.map(
        (turns) => encodePrompt(generator.tokenizer, turns).length + how.maxTokens <= generator.context,
      );
      const asked = part.filter((_, index) => fits[index]);
      const said = (await generator.answer(asked, how, (done) => onDone(start + done))).values();
      const made = fits.map((isAsked): SaidOrNot => {
        if (!isAsked) return null;
        const { text, ids, isCut } = said.next().value!;
        return { text, ids: [...ids], isCut };
      });
      await writeJson(path, made);
    }
    all.push(...readJson(path, z.array(Said)));
  }
  onDone(questions.length);
  return all;
}
