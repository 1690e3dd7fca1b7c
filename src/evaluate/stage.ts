/** @file The evaluate stage: what a model knows of held-out text, per domain. */
import { z } from "zod";
import { defineStage } from "../base/stage.js";
import { openLosses, readEndOfText } from "../nn/index.js";
import { readTokens, requireSameTokenizer, tokenizerFingerprint } from "../tokens/index.js";
import { readHeldOut } from "./held-out.js";
import { type DomainLoss, domainLosses, writeLosses } from "./losses.js";
import { packedLosses } from "./packed.js";

export const EvaluateOptions = z.object({
  model: z.string().describe("model directory, as written by npx lacuna pretrain"),
  tokens: z.string().describe("token shards, as written by npx lacuna tokenize"),
  split: z.enum(["train", "validation", "test"]).default("test").describe("documents to evaluate on"),
  labels: z
    .string()
    .optional()
    .describe("labels that say which tokens are forget, for a corpus whose truth does not (npx lacuna label)"),
  maxTokens: z.int().positive().optional().describe("evaluate on the first documents, up to so many tokens"),
});

export interface EvaluateResult {
  split: string;
  documents: number;
  tokens: number;
  /** Who says which domain a token is of. */
  domainsFrom: "truth" | "labels" | "none";
  /** Mean loss in nats per token, and the number of tokens, per domain. */
  domains: Record<string, DomainLoss>;
  /** The same per source and domain. */
  sources: Record<string, Record<string, DomainLoss>>;
}

export const evaluateStage = defineStage({
  name: "evaluate",
  summary: "Measure a model's loss on held-out text, separately per domain.",
  why: "Loss on the text to forget and on the text to keep is what filtering is judged by.",
  examples: [
    "npx lacuna evaluate --model runs/demo/train-mask-40x2-s1 --tokens runs/demo/tokens --out losses",
    "npx lacuna evaluate --model my-model --tokens my-tokens --split validation --max-tokens 100000 --out losses",
  ],
  version: 2,
  options: EvaluateOptions,
  inputs: ["model", "tokens", "labels"],
  async run(options, { out, progress, threads }): Promise<EvaluateResult> {
    const shard = readTokens(options.tokens, options.split);
    requireSameTokenizer(
      { what: options.model, fingerprint: tokenizerFingerprint(options.model) },
      { what: options.tokens, fingerprint: shard.fingerprint },
      `Tokenize the corpus with the model's tokenizer: npx lacuna tokenize --tokenizer ${options.model}`,
    );
    const { sources, domainsFrom, ...held } = readHeldOut(options, shard, readEndOfText(options.model));
    const reader = await openLosses(options.model, { threads });
    try {
      const losses = await packedLosses(reader, held, progress);
      await writeLosses(out, losses, { tokenizer: shard.fingerprint, split: options.split, domains_from: domainsFrom });
      const names = [...new Set(sources)].sort();
      return {
        split: options.split,
        documents: sources.length,
        tokens: held.tokens.length,
        domainsFrom,
        domains: domainLosses(losses),
        sources: Object.fromEntries(
          names.map((name) => [name, domainLosses(losses, (document) => sources[document] === name)]),
        ),
      };
    } finally {
      await reader.release();
    }
  },
});
