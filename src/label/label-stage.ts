/**
 * @file The `label` stage: token and document labels for a sample, from SAE latents a judge calls forget.
 *
 * Latents are calibrated on the labelled documents of the train split (all ordinary tokens), judged, and the rule is
 * applied to the first documents of every split. Model and SAE are ours or other people's: a model with a tokenizer of
 * its own reads the documents' text, and its labels return to the shards' tokens on bytes. Held-out truth, where the
 * corpus has it, only grades the result.
 */
import { join } from "node:path";
import { z } from "zod";
import { grouped, UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files.js";
import { defineStage } from "../base/stage.js";
import { SPLITS } from "../corpus/index.js";
import { readSae } from "../models/index.js";
import { readTokens, requireTokens } from "../tokens/index.js";
import { readDomain } from "./domain.js";
import { gatherEvidence } from "./gather-evidence.js";
import { overruled, type Verdict } from "./judge.js";
import { labelDocuments } from "./label-documents.js";
import { requireForget, type SplitResult, splitResult, writeLabels } from "./label-files.js";
import { openSample } from "./label-sample.js";
import { openLatents } from "./latent-reader.js";
import { latentLines } from "./latents-file.js";
import { estimateJudging } from "./llm/estimate.js";
import { judgeLatents } from "./llm/latents.js";
import { HOW, JudgeOptions } from "./llm/options.js";
import { spanLines } from "./provenance.js";
import { Rule } from "./rule.js";

export const LabelOptions = z.object({
  sae: z.string().describe("SAE: from `npx lacuna sae`, or of Gemma Scope or SAELens"),
  model: z
    .string()
    .describe("model the SAE was trained on: ours, or a Hugging Face directory (Gemma 2, Llama, GPT-2, GPT-NeoX)"),
  hook: z.string().optional().describe("where the SAE reads, e.g. resid_post.31; default: what its files say"),
  evidence: z
    .string()
    .optional()
    .describe("judge latents from this instead of from the documents: a Neuronpedia source's folder or a delphi cache"),
  reverse: z.string().optional().describe("the second annotator, if the SAE was trained with one"),
  tokens: z.string().describe("token shards (from `npx lacuna tokenize`)"),
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
  keep: z.array(z.int().min(0)).default([]).describe("latents kept by hand, whatever the judge says"),
  reject: z.array(z.int().min(0)).default([]).describe("latents rejected by hand"),
  seed: z.int().default(1).describe("seed of the random contexts and windows"),
  ...JudgeOptions.shape,
});

export const labelStage = defineStage({
  name: "label",
  summary: "Label tokens and documents of a sample through SAE latents",
  why: "The classifier learns from these labels; no one has to label text by hand",
  examples: [
    "npx lacuna label --sae runs/demo/sae --model runs/demo/train-baseline-40x2-s1 --tokens runs/demo/tokens --domain domains/medicine.json --out runs/demo/labels-latents",
    "npx lacuna label --judge anthropic --judge-model claude-haiku-4-5 --batch --max-cost 5 --dry-run --sae runs/demo/sae --model runs/demo/train-baseline-40x2-s1 --tokens runs/demo/tokens --domain domains/medicine.json --out runs/demo/labels-llm",
    "npx lacuna label --sae gemma-scope-9b-pt-res/layer_31/width_16k/average_l0_76/params.npz --hook resid_post.31 --model gemma-2-9b --tokens runs/demo/tokens --domain domains/medicine.json --dry-run --out runs/demo/labels-gemma",
  ],
  version: 3,
  options: LabelOptions,
  inputs: ["sae", "model", "reverse", "evidence", "tokens", "domain", "prompts"],
  unkeyed: HOW,
  async estimate(options) {
    if (options.judge === "lexicon") return undefined;
    return estimateJudging(options, (await readSae(options.sae)).latents, readDomain(options.domain));
  },
  async run(options, { out, progress, threads }) {
    const domain = readDomain(options.domain);
    requireTokens(options.tokens, readTokens(options.tokens, "train").tokens.length);
    const reader = await openLatents(options, threads);
    try {
      const sample = openSample(options, reader, out, progress);
      const { statistics, work, report: evidenceFrom } = await gatherEvidence(sample, reader, domain, options);
      const { judgements: judged, details, report } = await judgeLatents(work, options, progress);
      const judgements = overruled(judged, options);
      const thresholds = statistics.thresholds(options.sd);
      await writeFileAtomic(
        join(out, "latents.jsonl"),
        latentLines(work.evidence, judgements, thresholds, details, options.noText),
      );

      const count = (wanted: Verdict) => judgements.filter(({ verdict }) => verdict === wanted).length;
      const keep = Uint32Array.from([...judgements.keys()].filter((latent) => judgements[latent].verdict === "forget"));
      const kept = { keep, thresholds: Float64Array.from(keep, (latent) => thresholds[latent]) };
      if (keep.length === 0) throw noLatent(options, judgements.length, count("unknown"), out);
      const splits: Record<string, SplitResult> = {};
      for (const split of SPLITS) {
        const documents = sample.documents(split);
        const activations = sample.read(split, keep);
        const { labels, spans } = await labelDocuments(activations, kept, documents, options, options.documentShare);
        await writeLabels(out, split, labels, { tokenizer: sample.tokenizer.fingerprint, domain: domain.name });
        const names = documents.tokens.documents;
        const lines = spanLines(spans.map((own, index) => ({ id: names[index].id, spans: own })));
        await writeFileAtomic(join(out, `${split}.spans.jsonl`), lines);
        const lengths = documents.shard.map(({ length }) => length);
        splits[split] = splitResult(split, documents.tokens, lengths, labels, domain.truth, options);
      }
      requireForget(
        splits,
        options.tokens,
        "Lower --sd or the rule's counts, give more --documents, or name latents with --keep.",
      );
      return {
        domain: domain.name,
        ...report,
        read: reader.about,
        ...evidenceFrom,
        latents: { kept: keep.length, rejected: count("retain"), unknown: count("unknown") },
        splits,
      };
    } finally {
      await reader.release();
    }
  },
});

function noLatent(
  { sae, domain }: z.infer<typeof LabelOptions>,
  latents: number,
  unknown: number,
  out: string,
): UserError {
  return new UserError(
    `No latent of ${sae} is kept: of ${grouped(latents)} none is forget, ${grouped(unknown)} are unknown, so no token could be labelled. ` +
      `${out}/latents.jsonl says what each one reads. Lower --min-share or --min-contexts, mend ${domain}, or name latents with --keep.`,
  );
}
