/**
 * @file safeguards.json: what a series of models lost and kept, whether it knows the boundary, what it says.
 *
 * Flat lists of cells, one row per model and what was measured, so that the page is drawn from it and others can plot it.
 * No timings, dates or absolute paths. A part that was not run is null.
 */
import { z } from "zod";
import { PretrainedOn } from "../../train/index.js";
import { SafeguardsConfig } from "./config.js";

/** A figure over questions or documents: standard error and 95 % interval. */
const Figure = z.object({
  value: z.number(),
  standardError: z.number(),
  low: z.number(),
  high: z.number(),
  count: z.number(),
});
export type FigureResult = z.infer<typeof Figure>;
const Test = Figure.extend({ p: z.number().describe("two-sided, by permutation") });

/** Which model: `arm` and `size` name one of the study's. */
const Model = { size: z.string(), arm: z.string(), parameters: z.number() };

export const SIDES = ["forget", "retain", "other"] as const;

/** A group of questions put to one model. */
export const QuestionCell = z.object({
  ...Model,
  isInstructed: z.boolean().describe("the model was taught to answer with a letter"),
  group: z.string().describe("question file and category"),
  side: z.enum(SIDES),
  questions: z.number(),
  contaminated: z.number(),
  beyondContext: z.number(),
  chance: z.number().nullable(),
  measures: z.record(z.string(), Figure),
});
export type QuestionCell = z.infer<typeof QuestionCell>;

/** A filtered model against the baseline of its size: filtered less baseline, question by question. */
export const ComparisonCell = Test.extend({
  ...Model,
  group: z.string().describe("a group of questions, or `forget - retain` for the difference of the two changes"),
  measure: z.string(),
});
export type ComparisonCell = z.infer<typeof ComparisonCell>;

const Pair = z.object({
  first: z.string(),
  second: z.string(),
  layer: z.number(),
  accuracy: Figure,
  passages: z.number(),
  documents: z.number(),
});

export const BoundaryCell = z.object({
  ...Model,
  rows: z.number(),
  documents: z.number(),
  prevalence: z.number(),
  layer: z.number(),
  f1: Figure,
  auroc: Figure,
  subdomains: z.array(Pair),
  lacking: z.record(z.string(), z.string()),
});
export type BoundaryCell = z.infer<typeof BoundaryCell>;

export const ResponseCell = z.object({
  ...Model,
  judge: z.string(),
  source: z.string(),
  side: z.enum(SIDES),
  asked: z.number(),
  tooLong: z.number(),
  empty: z.number(),
  judged: z.record(
    z.string(),
    z.object({ rate: Figure.nullable(), unknown: z.record(z.string(), z.number().optional()) }),
  ),
  repetition: Figure.nullable(),
  questionOverlap: Figure.nullable(),
  referenceOverlap: Figure.nullable(),
  referenceLogLikelihood: Figure.nullable(),
  referencesBeyondContext: z.number(),
});
export type ResponseCell = z.infer<typeof ResponseCell>;

const Taught = z.object({
  examples: z.number().describe("questions taught from"),
  leftOut: z.object({
    category: z.number().describe("of a category that is not kept"),
    uncategorised: z.number(),
    askedLater: z.number().describe("among the exams"),
    tooLong: z.number(),
  }),
});

export const Safeguards = z.object({
  format: z.literal("lacuna-safeguards"),
  formatVersion: z.literal(1),
  lacuna: z.string().describe("version that made it"),
  synthetic: z.boolean().describe("true: invented numbers for tests, no measurement"),
  config: SafeguardsConfig,
  commands: z.array(z.string()),
  sizes: z.array(z.object({ name: z.string(), parameters: z.number() })).describe("rising"),
  arms: z.array(z.object({ name: z.string(), method: z.enum(["none", "document", "mask", "remove"]) })),
  contamination: z
    .object({ n: z.number(), documents: z.number(), questions: z.number(), contaminated: z.number() })
    .nullable(),
  glossarySet: z
    .record(z.string(), z.object({ questions: z.number(), medianOccurrences: z.number() }))
    .nullable()
    .describe("what the cloze set is made of, by side"),
  taught: Taught.nullable().describe("what taught lettered answers, as the stage counts it"),
  exams: z.array(QuestionCell),
  glossary: z.array(QuestionCell),
  comparisons: z.array(ComparisonCell),
  boundary: z.array(BoundaryCell),
  classifierF1: z.number().nullable().describe("of the study's own classifier on test tokens, against the same truth"),
  freeQuestions: PretrainedOn.nullable()
    .default(null)
    .describe("free questions found in the pretraining text and not asked; null: nobody looked"),
  responses: z.array(ResponseCell),
  statements: z.array(z.string()).describe("what may be said, in words, with the numbers"),
});
export type Safeguards = z.infer<typeof Safeguards>;
