/** @file What an alignment run teaches, how long, and what it asks. */
import { z } from "zod";
import { FORMS } from "../../train/index.js";

/** Tuning, as the stages take it. Lengths are short because small models forget long ones anyway. */
const Tuning = z.object({
  context: z.int().positive().default(128).describe("tokens of a conversation at most; longer ones are left out"),
  epochs: z.number().positive().describe("times every conversation is seen"),
  lr: z.number().positive().default(0.002).describe("constant learning rate at base width"),
  batch: z.int().positive().default(16).describe("conversations per step"),
});

export const AlignmentConfig = z.object({
  forget: z.array(z.string()).min(1).describe("JSONL of forget-domain questions"),
  general: z.array(z.string()).min(1).describe("JSONL of general instructions"),
  unseen: z.array(z.string()).default([]).describe("JSONL of forget-domain questions from elsewhere, never tuned on"),
  forgetDomains: z.array(z.string()).default([]).describe("of forget rows that name a domain, those to keep"),
  generalDomains: z.array(z.string()).default([]).describe("of general rows that name a domain, those to keep"),
  trainPerFile: z.int().positive().default(200).describe("questions of a file that are trained on, at most"),
  evaluatePerFile: z.int().positive().default(120).describe("questions of a file that are asked, at most"),
  forms: z
    .array(z.enum(FORMS))
    .min(1)
    .default([...FORMS])
    .describe("refuse by a sentence, by the token, or both in turn"),
  seeds: z.array(z.int()).min(1).default([1, 2, 3]).describe("of tuning and of sampling; the questions are the same"),
  chat: Tuning.prefault({ epochs: 2 }).describe("chat tuning"),
  refuse: Tuning.prefault({ epochs: 4 }).describe("refusal training"),
  temperature: z.number().min(0).default(0.8).describe("of sampling (paper 3.3)"),
});
export type AlignmentConfig = z.infer<typeof AlignmentConfig>;
