/** @file The `glossary-set` stage: cloze questions from glossaries, on which small models move. */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files.js";
import { defineStage } from "../../base/stage.js";
import {
  checkOverlap,
  NgramIndex,
  type TrainingDocument,
  TrainingTextOptions,
  trainingDocuments,
} from "../contamination/index.js";
import { ASKS, chooseQuestions, SIDES } from "./choose.js";
import { readEntries } from "./entries.js";

export const GlossarySetOptions = z.object({
  glossary: z.array(z.string()).min(1).describe("glossaries: JSONL of term(s), definition, domain"),
  ...TrainingTextOptions.shape,
  forget: z.array(z.string()).min(1).default(["medical"]).describe("domains whose terms are to be forgotten"),
  retain: z.array(z.string()).min(1).default(["biology", "general"]).describe("domains whose terms are to stay"),
  ask: z.enum(ASKS).default("term").describe("what is asked for: the term from its definition, or the other way round"),
  n: z.int().positive().default(8).describe("words in a row of a definition that may not stand in the training text"),
  minOccurrences: z.int().positive().default(5).describe("times the training text says a term, at least"),
  choices: z.int().min(2).max(26).default(4).describe("choices of a question, distractors included"),
  perSide: z
    .int()
    .positive()
    .default(1000)
    .describe("questions about terms to forget, and about terms to keep, at most"),
  seed: z.int().default(1).describe("seed of questions, distractors and their order"),
});

/** The question file; `npx lacuna questions` reports it as glossary/forget and glossary/retain. */
export const GLOSSARY_FILE = "glossary.jsonl";

export const glossarySetStage = defineStage({
  name: "glossary-set",
  summary: "Make cloze questions from glossaries: which term has this definition",
  why: "Models too small for exams move on these, and terms to forget stand beside terms to keep",
  examples: [
    "npx lacuna glossary-set --glossary glossary/ --text runs/demo/corpus --out glossary-set",
    "npx lacuna glossary-set --glossary terms.jsonl --text texts/ --ask definition --forget chemistry --retain physics --out set",
  ],
  version: 1,
  options: GlossarySetOptions,
  inputs: ["glossary", "text"],
  async run({ glossary, text, n, textField, idField, ...options }, { out, progress }) {
    const { entries, unusable } = await readEntries(glossary);
    const unread: Record<string, number> = {};
    const training = trainingDocuments(text, { textField, idField }, (reason) => {
      unread[reason] = (unread[reason] ?? 0) + 1;
    });
    const occurrences = new Float64Array(entries.length);
    const counted = countingTerms(
      training,
      entries.map(({ term }) => term),
      occurrences,
    );
    const { overlaps, documents } = await checkOverlap(
      entries.map(({ definition }) => definition),
      counted,
      n,
      (done) => progress({ done, unit: "documents" }),
    );
    const known = entries.map((entry, index) => ({
      ...entry,
      ...{ occurrences: occurrences[index], isTrainedOn: overlaps[index].found > 0 },
    }));
    const { questions, leftOut, otherDomains } = chooseQuestions(known, options);
    const sides = Object.fromEntries(
      SIDES.map((side) => {
        const made = questions.filter(({ category }) => category === side);
        if (made.length === 0)
          throw new UserError(
            `No question about terms to ${side} is left (domains ${options[side].join(", ")}; left out: ${JSON.stringify(leftOut[side])}). Give a larger glossary, more text, or a lower --min-occurrences.`,
          );
        const often = made.map((question) => question.occurrences).sort((a, b) => a - b);
        return [side, { questions: made.length, medianOccurrences: often[often.length >> 1], leftOut: leftOut[side] }];
      }),
    );
    await writeFileAtomic(join(out, GLOSSARY_FILE), questions.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return { entries: entries.length, unusable, otherDomains, documents, unread, ...sides };
  },
});

/** Hands documents on, counting how often each term stands in them. */
async function* countingTerms(
  documents: AsyncIterable<TrainingDocument>,
  terms: readonly string[],
  occurrences: Float64Array,
): AsyncGenerator<TrainingDocument> {
  const index = new NgramIndex(terms, Number.POSITIVE_INFINITY);
  for await (const document of documents) {
    index.scan(document.text, ({ text }) => occurrences[text]++);
    yield document;
  }
}
