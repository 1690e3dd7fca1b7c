/**
 * @file The `filter` stage: from scores to a policy, and what that policy takes away.
 *
 * Cheap: it reads scores and writes a few numbers. The corpus is never copied; a trainer makes the view from tokens,
 * scores and policy. The threshold is chosen on validation scores; the counts say what each split then loses.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { writeJson } from "../base/files.js";
import { defineStage } from "../base/stage.js";
import { readClassifierFile, readLabelled } from "../classify/index.js";
import { loadTokenizer, readTokens } from "../tokens/index.js";
import { type ChosenThreshold, chooseThreshold, ruleOf } from "./choose.js";
import { METHODS, Policy } from "./policy.js";
import { readScores } from "./scores.js";
import { countView, requireAligned, type ViewCounts, viewOf } from "./view.js";

const share = z.number().min(0).max(1);

export const FilterOptions = z.object({
  scores: z.string().describe("scores of the corpus (lacuna score)"),
  tokens: z.string().describe("token shards that were scored (lacuna tokenize)"),
  method: z.enum(METHODS).describe(Policy.shape.method.description!),
  threshold: share.optional().describe("scores at or above it are forget"),
  share: share.optional().describe("share of tokens to filter; sets the threshold"),
  recall: share.optional().describe("share of forget-labelled tokens to catch; sets the threshold, needs --labels"),
  rule: z.enum(["f1"]).optional().describe("f1: the threshold with the classifier's best F1 on validation"),
  labels: z.string().optional().describe("labels (lacuna label), for --recall"),
  shareFrom: z
    .enum(["validation", "train"])
    .default("validation")
    .describe("split whose scores --share is measured on; train meets the share exactly where it is trained"),
  startAt: share.default(0).describe("share of training before filtering begins"),
  closeGaps: Policy.shape.closeGaps,
  dilate: Policy.shape.dilate,
  replacement: Policy.shape.replacement,
});

const SPLITS = ["train", "validation", "test"] as const;

/** Makes a policy. */
export const filterStage = defineStage({
  name: "filter",
  summary: "Turn scores into a policy: method and threshold, with what it filters",
  why: "A policy is a cheap view over tokens and scores: try as many as you like, nothing is scored again",
  examples: [
    "lacuna filter --scores runs/demo/scores --tokens runs/demo/tokens --method mask --rule f1 --out runs/demo/mask",
    "lacuna filter --scores runs/demo/scores --tokens runs/demo/tokens --method document --share 0.2 --out runs/demo/document",
  ],
  version: 2,
  options: FilterOptions,
  inputs: ["scores", "tokens", "labels"],
  async run(options, { out, progress }) {
    const { method, startAt, closeGaps, dilate, replacement } = options;
    requireAligned({ ...options, threshold: 0 });
    const by = ruleOf(method, options);
    if (method === "document" && startAt > 0) {
      throw new UserError(
        `--start-at ${startAt} does not go with --method document: absent documents cannot come and go. Use mask or remove.`,
      );
    }
    const classifier = readClassifierFile(options.scores);
    const read = (split: (typeof SPLITS)[number]) => {
      const shard = readTokens(options.tokens, split);
      return { ...readScores(options.scores, split, shard), ...shard };
    };
    const labelled =
      by === "recall" && options.labels ? readLabelled(options.labels, options.tokens, "validation") : undefined;
    const chosen: ChosenThreshold = chooseThreshold(method, options, classifier, {
      ...read(by === "share" ? options.shareFrom : "validation"),
      tokenLabels: labelled?.tokenLabels,
      labelled: labelled?.documents.length,
    });
    const policy: Policy = {
      ...{ domain: classifier.domain, method, threshold: chosen.threshold },
      ...{ startAt, closeGaps, dilate, replacement },
    };
    const { specials } = loadTokenizer(options.tokens);
    const splits: Record<string, ViewCounts> = {};
    for (const [done, split] of SPLITS.entries()) {
      const { tokens, docOffsets, tokenScores, documentScores } = read(split);
      const view = viewOf(policy, tokens, tokenScores, documentScores, docOffsets, specials);
      splits[split] = countView(view, docOffsets);
      progress({ done: done + 1, total: SPLITS.length, unit: "splits" });
    }
    await writeJson(join(out, "policy.json"), { ...policy, chosen, splits });
    return { ...policy, chosen, splits };
  },
});
