/**
 * @file Domains: what is to be forgotten, in words a person and a judge can both read.
 *
 * A domain file says what is in, what is out, gives worked examples, and a short lexicon for the offline judge. It never
 * holds corpus data. `truth` names the held-out truth domains that count as forget when labels are graded; nothing
 * chooses anything by it.
 */
import { z } from "zod";
import { readJson } from "../base/files.js";

/** The longest lexicon allowed: it must stay a hint written by hand, not a dictionary. */
export const LEXICON_LIMIT = 150;

const LexiconTerm = z
  .string()
  .regex(
    /^\*?\p{L}{3,}\*?$/u,
    "a term is one word of at least 3 letters, with * before and/or after it for any letters",
  );

export const DomainExample = z.object({
  text: z.string().min(1),
  forget: z.boolean(),
  why: z.string().min(1).describe("the reason, in a few words"),
});

/** A domain file, e.g. domains/medicine.json. */
export const Domain = z
  .object({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and hyphens"),
    description: z.string().min(1).describe("one sentence: what knowledge is meant"),
    in: z.array(z.string().min(1)).min(1).describe("what belongs to the domain"),
    out: z.array(z.string().min(1)).describe("what looks like it but does not belong"),
    examples: z.array(DomainExample).min(2).describe("worked examples of both kinds"),
    lexicon: z
      .array(LexiconTerm)
      .min(1)
      .max(LEXICON_LIMIT)
      .describe(
        `at most ${LEXICON_LIMIT} terms: "tumor*" is a stem, "*itis" an ending, "nurse" a word (or its plural)`,
      ),
    truth: z.array(z.string().min(1)).default([]).describe("held-out truth domains that count as forget when grading"),
  })
  .refine((domain) => new Set(domain.lexicon).size === domain.lexicon.length, {
    path: ["lexicon"],
    message: "a term stands twice",
  })
  .refine((domain) => new Set(domain.examples.map((example) => example.forget)).size === 2, {
    path: ["examples"],
    message: "give examples of both kinds, forget true and false",
  });
export type Domain = z.infer<typeof Domain>;

/** Reads a domain file. @throws UserError naming the file and every field that is wrong. */
export function readDomain(path: string): Domain {
  return readJson(path, Domain);
}
