/**
 * @file alignment.json: how often aligned models refuse forget-domain questions and general instructions.
 *
 * Holds no timings, dates or paths. A rate is the mean over seeds. Its 95 % interval joins Wilson's for the questions, which
 * all seeds share, and Student's t for the spread of the seeds; with one seed it is of the questions alone. Few seeds make
 * it wide: with two, t is 12.7. It says nothing of another pretraining run: there is one model per size and arm.
 */
import { z } from "zod";
import { FORMS, KINDS, PretrainedOn } from "../../train/index.js";
import { AlignmentConfig } from "./config.js";

const MeanRate = z.object({
  value: z.number().nullable().describe("refused / (refused + answered), mean over seeds; null when nothing is known"),
  standardError: z
    .number()
    .nullable()
    .describe("of seeds and questions together; 0 at rates of 0 and 1: see low and high"),
  low: z.number().nullable().describe("95 % interval over seeds and questions together, within [0, 1]"),
  high: z.number().nullable(),
  bySeed: z.array(z.number().nullable()).describe("in the order of the config's seeds"),
  asked: z.number().describe("questions, the same for every seed"),
  refused: z.number().describe("over all seeds, as the next three"),
  refusedAsTrained: z.number().describe("of the refused, those in the very words or token that were trained"),
  answered: z.number(),
  unknown: z.record(z.string(), z.number()).describe("neither, by cause: left out of the rate"),
});
export type MeanRate = z.infer<typeof MeanRate>;

export const AlignmentCell = z.object({
  arm: z.string(),
  size: z.string(),
  parameters: z.number(),
  form: z.enum(FORMS),
  rates: z.record(z.enum(KINDS), MeanRate.extend({ sources: z.record(z.string(), MeanRate) })),
});
export type AlignmentCell = z.infer<typeof AlignmentCell>;

export const Alignment = z.object({
  format: z.literal("lacuna-alignment"),
  formatVersion: z.literal(1),
  lacuna: z.string(),
  config: AlignmentConfig.omit({ forget: true, general: true, unseen: true }),
  files: z.record(z.enum(["forget", "general", "unseen"]), z.array(z.string())).describe("names of the question files"),
  pretrainedOn: PretrainedOn.nullable()
    .default(null)
    .describe("questions found in the pretraining text and not asked; null: nobody looked"),
  judge: z.string().describe("who judged what was no trained refusal"),
  commands: z.array(z.string()),
  cells: z.array(AlignmentCell),
  statements: z.array(z.string()),
  caveats: z.array(z.string()),
});
export type Alignment = z.infer<typeof Alignment>;

/** Whether a language model judged; otherwise refusals in other words than those trained count as answers. */
export const isJudgedByModel = (judge: string) => judge !== "resemblance" && judge !== "none";

/** Who judged, and what becomes of what was no trained refusal. */
export function judgedBy(judge: string): string {
  if (isJudgedByModel(judge)) return `Judge: ${judge}; what it could not tell is left out.`;
  const counted =
    judge === "none"
      ? "only trained refusals count, by words or token"
      : "trained refusals count, and what shares most of its words with one";
  return `Judge: ${judge}, no language model: ${counted}; refusals in other words count as answers.`;
}

/** Whether what is asked was looked for in the pretraining text, and what became of what was found. */
export function seenBefore(pretrainedOn: PretrainedOn | null): string {
  const tuned = "None of the questions asked is in the tuning set";
  if (!pretrainedOn) return `${tuned}; nobody looked for them in the pretraining text, which may hold them.`;
  const { n, documents, questions, found } = pretrainedOn;
  const left = Object.values(found).reduce((sum, count) => sum + count, 0);
  return `${tuned}. ${left} of ${questions} share ${n} words in a row with the pretraining text (${documents} documents) and are not asked.`;
}
