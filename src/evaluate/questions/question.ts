/** @file A multiple-choice question, as it is asked. */
import { z } from "zod";

const Text = z.string().trim().min(1);

export const Question = z
  .object({
    id: z.string().min(1),
    question: Text,
    choices: z.array(Text).min(2).max(26),
    answer: z.int().nonnegative().describe("index of the right choice"),
    context: Text.optional().describe("what is to be read before the question"),
    prompt: Text.optional().describe("what a choice follows in cloze scoring, in place of the usual template"),
    subject: z.string().optional(),
    category: z.string().optional().describe("what results are reported by: e.g. medical, biology, stem"),
  })
  .refine(({ answer, choices }) => answer < choices.length, { path: ["answer"], message: "no such choice" });
export type Question = z.infer<typeof Question>;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const letterOf = (choice: number) => LETTERS[choice];
