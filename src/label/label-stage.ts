/**
 * @file The `label` stage: token and document labels for a sample, from SAE latents a judge calls forget.
 *
 * Latents are calibrated on the labelled documents of the train split (all ordinary tokens), judged, and the rule is
 * applied to the first documents of every split. Held-out truth, where the corpus has it, only grades the result.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files.js";
import { defineStage } from "../base/stage.js";
import { SPLITS, type Split } from "../corpus/index.js";
import { loadTokenizer, readTokens } from "../tokens/index.js";
import { openAnnotator } from "./annotator.js";
import { baseRate, calibrate } from "./calibrate.js";
import { firstDocuments, requireModelTokenizer } from "./documents.js";
import { readDomain } from "./domain.js";
import type { Verdict } from "./judge.js";
import { labelDocuments } from "./label-documents.js";
import { type SplitResult, splitResult, writeLabels } from "./label-files.js";
import { latentLines } from "./latents-file.js";
import { compileLexicon } from "./lexicon.js";
import { estimateJudging } from "./llm/estimate.js";
import { judgeLatents } from "./llm/latents.js";
import { HOW, JudgeOptions } from "./llm/options.js";
import { Rule } from "./rule.js";
import { loadSae, openSae, restrictSae } from "./sae-files.js";

export const LabelOptions = z.object({
  sae: z.string().describe("directory of the SAE (from `lacuna sae`)"),
  model: z.string().describe("directory of the annotator model the SAE was trained on"),
  reverse: z.string().optional().describe("the second annotator, if the SAE was trained with one"),
  tokens: z.string().describe("token shards (from `lacuna tokenize`)"),
  domain: z.string().describe("domain file, e.g. domains/medicine.json"),
  documents: z.int().min(1).default(1000).describe("documents labelled per split, at most"),
  ...Rule.shape,
  documentShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe("a document is forget from this share of forget tokens"),
  contexts: z.int().min(1).default(40).describe("contexts judged per latent: half its strongest, half drawn at random"),
  reach: z.int().min(0).default(12).describe("tokens of context on either side"),
  minShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.2)
    .describe("share of contexts with a lexicon term, beyond chance, that makes a latent forget"),
  minContexts: z.int().min(1).default(5).describe("with fewer contexts a latent stays unknown"),
  seed: z.int().default(1).describe("seed of the random contexts and windows"),
  ...JudgeOptions.shape,
});

export const labelStage = defineStage({
  name: "label",
  summary: "Label tokens and documents of a sample through SAE latents",
  why: "The classifier learns from these labels; no one has to label text by hand",
  examples: [
    "lacuna label --sae runs/demo/sae --model runs/demo/annotator --tokens runs/demo/tokens --domain domains/medicine.json --out runs/demo/labels",
    "lacuna label --judge anthropic --judge-model claude-haiku-4-5 --batch --max-cost 5 --dry-run --sae runs/demo/sae --model runs/demo/annotator --tokens runs/demo/tokens --domain domains/medicine.json --out runs/demo/labels-llm",
  ],
  version: 2,
  options: LabelOptions,
  inputs: ["sae", "model", "reverse", "tokens", "domain", "prompts"],
  unkeyed: HOW,
  estimate(options) {
    if (options.judge === "lexicon") return undefined;
    return estimateJudging(options, loadSae(options.sae).config.latents, readDomain(options.domain));
  },
  async run(options, { out, progress, threads }) {
    const domain = readDomain(options.domain);
    const { sae, config } = loadSae(options.sae);
    const tokenizer = loadTokenizer(options.tokens);
    const { model, reverse } = options;
    for (const path of reverse ? [model, reverse] : [model]) requireModelTokenizer(path, options.tokens);
    const annotator = await openAnnotator(model, reverse, threads);
    const { width, layers } = annotator;
    if (width !== config.width || config.layer > layers || config.tokenizer !== tokenizer.fingerprint)
      throw new UserError(
        `${options.sae} was trained on layer ${config.layer} of width ${config.width} (tokenizer ${config.tokenizer}), ` +
          `${model} has ${layers} layers of width ${width} (tokenizer ${tokenizer.fingerprint}). Give the model it was trained on.`,
      );
    const specials = Object.values(tokenizer.specials);
    const window = { ...options, decode: (ids: Uint32Array) => tokenizer.decode(ids) };
    const firstOf = (split: Split) => {
      const shard = readTokens(options.tokens, split);
      return { shard, set: firstDocuments(shard, specials, { documents: options.documents }) };
    };
    try {
      const reference = firstOf("train").set;
      const all = await openSae(sae, config, threads);
      const { statistics, evidence, silent } = await calibrate(annotator, all, config, reference, window, progress);
      await all.release();
      const lexicon = compileLexicon(domain.lexicon);
      const chance = baseRate(reference, window, (text) => lexicon(text).length > 0, options.seed);
      const { judgements, details, report } = await judgeLatents(
        { evidence, domain, baseRate: chance, silent },
        options,
        progress,
      );
      const thresholds = statistics.thresholds(options.sd);
      await writeFileAtomic(join(out, "latents.jsonl"), latentLines(evidence, judgements, thresholds, details));

      const latents = (verdict: Verdict) => evidence.filter((_, index) => judgements[index].verdict === verdict);
      const keep = Uint32Array.from(latents("forget"), ({ latent }) => latent);
      const restricted = restrictSae(sae, config, keep);
      const kept = keep.length > 0 && {
        runner: await openSae(restricted.sae, restricted.config, threads),
        config: restricted.config,
        thresholds: Float64Array.from(keep, (latent) => thresholds[latent]),
      };
      const splits: Record<string, SplitResult> = {};
      for (const split of SPLITS) {
        const { shard, set } = firstOf(split);
        const onLabelled = (done: number) =>
          progress({ done, total: set.documents.length, unit: "documents", detail: `labelling ${split}` });
        const labels = await labelDocuments(
          annotator,
          kept || undefined,
          set,
          options,
          options.documentShare,
          onLabelled,
        );
        await writeLabels(out, split, labels, { tokenizer: tokenizer.fingerprint, domain: domain.name });
        const lengths = set.documents.map(({ length }) => length);
        splits[split] = splitResult(split, shard, lengths, labels, domain.truth, options);
      }
      if (kept) await kept.runner.release();
      return {
        domain: domain.name,
        ...report,
        latents: { kept: keep.length, rejected: latents("retain").length, unknown: latents("unknown").length },
        splits,
      };
    } finally {
      await annotator.release();
    }
  },
});
