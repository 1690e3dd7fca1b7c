/** @file Options of judging, as `npx lacuna label` takes them. */
import { z } from "zod";
import { NO_TEXT } from "../../base/no-text.js";
import { checkBaseUrl } from "../../llm/index.js";
import { JUDGE_FROM } from "./judge.js";
import { MIN_SCORE, SCORES } from "./score.js";

const Address = z.string().refine(
  (text) => {
    try {
      return Boolean(checkBaseUrl(text, false));
    } catch {
      return false;
    }
  },
  { error: "an http or https address without user, password or query; keys come from the environment only" },
);

export const JudgeOptions = z.object({
  judge: z
    .enum(["lexicon", "anthropic", "openai"])
    .default("lexicon")
    .describe(
      "who judges latents: the domain's lexicon, offline, or a language model (openai: any compatible endpoint)",
    ),
  judgeModel: z
    .string()
    .min(1)
    .optional()
    .describe("the model that explains, judges and detects, e.g. claude-haiku-4-5"),
  judgeFrom: z.enum(JUDGE_FROM).default("contexts").describe("what a model judges from"),
  score: z.enum(SCORES).default("none").describe("how explanations of latents called forget are tested, if at all"),
  minScore: z.number().min(0).max(1).default(MIN_SCORE).describe("a latent whose explanation scores less is rejected"),
  embedModel: z
    .string()
    .min(1)
    .optional()
    .describe("the model of --score embedding, at the openai-compatible endpoint"),
  prompts: z.string().optional().describe("folder of prompts that take the place of the shipped ones"),
  schema: z.boolean().default(true).describe("have the endpoint enforce the answer's JSON Schema"),
  maxTokens: z
    .int()
    .min(50)
    .default(1024)
    .describe("tokens of an answer, thinking included; one that is cut is asked for once more with four times as many"),
  baseUrl: Address.optional().describe("address of the endpoint, e.g. http://localhost:11434/v1 for Ollama"),
  batch: z.boolean().default(false).describe("ask in batches: half the price, answers within hours (anthropic)"),
  maxCost: z
    .number()
    .min(0)
    .default(5)
    .describe("dollars the answers may cost at most; it stops before, and goes on later"),
  priceIn: z.number().min(0).optional().describe("dollars per million input tokens, where the shipped price is wrong"),
  priceOut: z.number().min(0).optional().describe("dollars per million output tokens"),
  noText: NO_TEXT,
  maxUnknown: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("share of questions that may stay without an answer; with more it fails, and asks those again next time"),
  parallel: z.int().min(1).max(256).default(8).describe("questions in flight, without --batch"),
});
export type JudgeOptions = z.infer<typeof JudgeOptions>;

/** Options that say how answers are got, not what is asked: changing them goes on with the same work. */
export const HOW = ["baseUrl", "batch", "maxCost", "priceIn", "priceOut", "maxUnknown", "parallel"] as const;
