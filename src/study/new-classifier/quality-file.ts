/**
 * @file quality.json: how good a new classifier is, in numbers.
 *
 * It holds no text of the corpus: passages are named by document and bytes, so the file can go where the corpus cannot.
 */
import { z } from "zod";

const share = z.number().min(0).max(1);

/** A figure with its 95 % interval over documents; nulls where there is nothing to measure it on. */
export const Figure = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Figure = z.infer<typeof Figure>;

/** Where AUROC was measured: on labels by hand, or on the half of the lexicon that was not fitted on. */
export const MEASURED_ON = ["hand", "halves"] as const;
export const VERDICTS = ["good", "fair", "blunt", "unknown"] as const;

/** Held-out tokens of a part of the corpus, and what is taken of them. */
export const Rates = z.object({
  name: z.string(),
  documents: z.int(),
  tokens: z.int(),
  takenTokens: z.int().describe("at or above the classifier's threshold"),
  lexiconTokens: z.int().describe("of sentences in which a term of the lexicon stands"),
  takenDocuments: z.int().describe("at or above the classifier's threshold for documents"),
});
export type Rates = z.infer<typeof Rates>;

const Grades = z.object({ precision: Figure, recall: Figure, f1: Figure });
export type Grades = z.infer<typeof Grades>;

/** Tokens compared with what people said of them. */
export const Graded = z.object({
  documents: z.int(),
  tokens: z.int(),
  prevalence: share.describe("share of the tokens that are forget"),
  auroc: Figure,
  classifier: Grades.describe("at the classifier's threshold"),
  lexicon: Grades.describe("of the lexicon's sentences alone, on the same tokens"),
});
export type Graded = z.infer<typeof Graded>;

export const BANDS = ["high", "above", "below", "low"] as const;

export const PassagePlace = z.object({
  band: z.enum(BANDS),
  id: z.string(),
  source: z.string(),
  split: z.enum(["validation", "test"]),
  start: z.int().describe("UTF-8 byte of the document's text"),
  end: z.int(),
  score: share.describe("mean over the sentence's tokens"),
});
export type PassagePlace = z.infer<typeof PassagePlace>;

export const QualityFile = z.object({
  format: z.literal("lacuna-quality"),
  formatVersion: z.literal(1),
  lacuna: z.string(),
  domain: z.string(),
  terms: z.int().describe("in the lexicon"),
  documents: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
  trainTokens: z.int(),
  verdict: z.object({ word: z.enum(VERDICTS), measuredOn: z.enum(MEASURED_ON).nullable(), auroc: Figure }),
  halves: Figure.describe("AUROC of context alone: fitted on half of the lexicon, asked for the other half"),
  hand: Graded.nullable().describe("against spans marked by hand, on documents that were not fitted or chosen on"),
  truth: Graded.nullable().describe("against the corpus' own domains, where the domain file names some of them"),
  threshold: share.describe("the classifier's own, of best F1 against the lexicon on validation documents"),
  all: Rates,
  sources: z.array(Rates),
  domains: z.array(Rates.extend({ isForget: z.boolean() })).describe("by the corpus' own domains of tokens"),
  thresholds: z.array(
    z.object({ threshold: share, rule: z.string().nullable(), tokenShare: share, documentShare: share }),
  ),
  warnings: z.array(z.string()),
  passages: z.array(PassagePlace),
});
export type QualityFile = z.infer<typeof QualityFile>;
