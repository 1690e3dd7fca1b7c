/** @file Opens the model that judging options name: its endpoint, its price, its prompts, its ledger. */
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { sha256 } from "../../base/hash.js";
import {
  AnswerTally,
  Asker,
  anthropicProvider,
  isLocalHost,
  type Ledger,
  openAiEmbedder,
  openAiProvider,
  openLedger,
  type Price,
  type Provider,
  priceOf,
} from "../../llm/index.js";
import type { Llm } from "./ask.js";
import type { JudgeOptions } from "./options.js";
import { type PromptName, readPrompts } from "./prompts.js";

/** Options that name a model and how to ask it. */
export type ModelOptions = Omit<JudgeOptions, "judgeFrom" | "score" | "minScore" | "embedModel">;

/**
 * Where answers are kept: LACUNA_CACHE, or the user's cache folder; one folder per model. Outside any artifact, so that
 * they outlive it.
 */
export function ledgerFolder({ name, model }: Pick<Provider, "name" | "model">): string {
  const { LACUNA_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = LACUNA_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "lacuna");
  const readable = model
    .replace(/[^A-Za-z0-9.-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, 60);
  return join(cache, "llm", `${name}-${readable}-${sha256(model).slice(0, 8)}`);
}

function noModel(judge: string): UserError {
  return new UserError(`--judge ${judge} needs --judge-model, e.g. claude-haiku-4-5 or llama3.2.`);
}

/** @throws UserError when the corpus is private: every question to a model holds some of it */
function refusePrivate({ judge, noText }: Pick<ModelOptions, "judge" | "noText">): void {
  if (!noText) return;
  throw new UserError(
    `--no-text keeps the corpus's text out of requests, and --judge ${judge} sends it to a model. Use --judge lexicon, which asks nobody, or leave out --no-text.`,
  );
}

function providerOf({ judge, judgeModel, baseUrl, batch }: ModelOptions): Provider {
  if (!judgeModel) throw noModel(judge);
  if (judge === "anthropic") return anthropicProvider({ model: judgeModel, baseUrl });
  if (batch) throw new UserError("--batch works with --judge anthropic only.");
  return openAiProvider({ model: judgeModel, baseUrl });
}

/** What the model would cost; needs no key. @throws UserError for a missing model or price */
export function describePrice(options: ModelOptions): { judge: string; price: Price } {
  refusePrivate(options);
  const { judge, judgeModel: model, baseUrl = process.env.OPENAI_BASE_URL, priceIn, priceOut } = options;
  if (!model) throw noModel(judge);
  const isLocal = judge === "openai" && baseUrl !== undefined && isLocalHost(new URL(baseUrl).hostname);
  const price = priceOf({ name: judge, model, isLocal }, { input: priceIn, output: priceOut });
  return { judge: `${judge}:${model}`, price };
}

/** Opens the model for asking. Close the ledger when done. @throws UserError for a missing key, model or price */
export async function openLlm(
  options: ModelOptions,
  names?: readonly PromptName[],
): Promise<{ llm: Llm; ledger: Ledger }> {
  refusePrivate(options);
  const { maxCost, batch, parallel, schema: useSchema, maxTokens, maxUnknown, priceIn, priceOut } = options;
  const provider = providerOf(options);
  const price = priceOf(provider, { input: priceIn, output: priceOut });
  const prompts = readPrompts(options.prompts, names);
  const ledger = await openLedger(ledgerFolder(provider));
  const judge = `${provider.name}:${provider.model}`;
  const asker = new Asker(ledger, { maxCost, useBatches: batch, concurrency: parallel, judge, maxUnknown });
  const tally = new AnswerTally(judge, maxUnknown);
  return { llm: { asker, provider, price, prompts, useSchema, maxTokens, tally }, ledger };
}

/** The model of --score embedding; always at an OpenAI-compatible endpoint. */
export function openEmbedder({ judge, embedModel, baseUrl, priceIn }: JudgeOptions) {
  if (!embedModel) throw new UserError("--score embedding needs --embed-model, e.g. nomic-embed-text.");
  const embedder = openAiEmbedder({ model: embedModel, baseUrl: judge === "openai" ? baseUrl : undefined });
  return { embedder, price: priceOf(embedder, { input: priceIn, output: 0 }) };
}
