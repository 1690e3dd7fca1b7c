/**
 * @file The `filter` stage: from scores to a policy, and what that policy takes away.
 *
 * Cheap: it reads scores and writes a few numbers. The corpus is never copied; a trainer makes the view from tokens,
 * scores and policy. The threshold is chosen on validation scores, or a share is aimed at on train's; the counts say what
 * each split then loses.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { writeJson } from "../base/files.js";
import { defineStage, readManifest } from "../base/stage.js";
import { type LabelledDocuments, readClassifierFile, readLabelled } from "../classify/index.js";
import { specialMask } from "../label/index.js";
import { loadTokenizer, readTokens, requireTokens } from "../tokens/index.js";
import { type ChosenThreshold, chooseThreshold, prevalenceOf, RULES, ruleOf } from "./choose.js";
import { METHODS, Policy } from "./policy.js";
import { readScores } from "./scores.js";
import { countView, requireAligned, type ViewCounts, viewOf } from "./view.js";

const share = z.number().min(0).max(1);

export const FilterOptions = z.object({
  scores: z.string().describe("scores of the corpus (npx lacuna score)"),
  tokens: z.string().describe("token shards that were scored (npx lacuna tokenize)"),
  method: z.enum(METHODS).describe(Policy.shape.method.description!),
  threshold: share.optional().describe("scores at or above it are forget"),
  share: share.optional().describe("share of tokens to filter; sets the threshold"),
  recall: share.optional().describe("share of forget-labelled tokens to catch; sets the threshold, needs --labels"),
  rule: z
    .enum(RULES)
    .optional()
    .describe(
      "f1: the classifier's threshold of best F1 on validation; prevalence: the labels' own share, needs --labels",
    ),
  labels: z.string().optional().describe("labels (npx lacuna label), for --recall and --rule prevalence"),
  on: z
    .enum(["validation", "train"])
    .default("validation")
    .describe(
      "split whose scores a share is aimed at: on train, what training hides is exact; labels are validation's",
    ),
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
    "npx lacuna filter --scores runs/demo/scores --tokens runs/demo/tokens --method mask --rule f1 --out runs/demo/mask",
    "npx lacuna filter --scores runs/demo/scores --tokens runs/demo/tokens --method document --share 0.2 --out runs/demo/document",
  ],
  version: 3,
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
    requireTokens(
      options.tokens,
      SPLITS.reduce((sum, split) => sum + readTokens(options.tokens, split).tokens.length, 0),
    );
    const classifier = readClassifierFile(options.scores);
    const read = (split: (typeof SPLITS)[number]) => {
      const shard = readTokens(options.tokens, split);
      return { ...readScores(options.scores, split, shard), ...shard };
    };
    requireOwnThreshold(options.scores, by);
    const { specials } = loadTokenizer(options.tokens);
    const needsLabels = by === "recall" || by === "prevalence";
    const labelled =
      needsLabels && options.labels ? readLabelled(options.labels, options.tokens, "validation") : undefined;
    const special = new Set<number>(Object.values(specials));
    const isShare = by === "share" || by === "prevalence";
    const chosen: ChosenThreshold = chooseThreshold(method, options, classifier, {
      ...read(isShare ? options.on : "validation"),
      ...(by === "prevalence" && labelled && { prevalence: labelledShare(labelled, special) }),
      tokenLabels: labelled?.tokenLabels,
      labelled: labelled?.documents.length,
    });
    const policy: Policy = {
      ...{ domain: classifier.domain, method, threshold: chosen.threshold },
      ...{ startAt, closeGaps, dilate, replacement },
    };
    const splits: Record<string, ViewCounts> = {};
    for (const [done, split] of SPLITS.entries()) {
      const { tokens, docOffsets, tokenScores, documentScores } = read(split);
      const view = viewOf(policy, tokens, tokenScores, documentScores, docOffsets, specials);
      splits[split] = countView(view, docOffsets);
      progress({ done: done + 1, total: SPLITS.length, unit: "splits" });
    }
    requireTaken(options, chosen, splits);
    await writeJson(join(out, "policy.json"), { ...policy, chosen, splits });
    return { ...policy, chosen, splits };
  },
});

/**
 * A share that nothing reaches is a blunt filter, and studies say so; a threshold asked for by name that takes nothing is a mistake.
 * @throws UserError when the threshold takes no token
 */
function requireTaken(
  { scores, method }: z.infer<typeof FilterOptions>,
  { by, threshold }: ChosenThreshold,
  splits: Record<string, ViewCounts>,
): void {
  const taken = Object.values(splits).reduce((all, { filteredTokens }) => all + filteredTokens, 0);
  if (taken > 0 || !["threshold", "f1", "recall"].includes(by)) return;
  throw new UserError(
    `The policy takes nothing: no ${method === "document" ? "document" : "token"} of ${scores} scores ${threshold.toFixed(4)} or more. Give a lower --threshold or a --share, or --method none to filter nothing.`,
  );
}

/** The labels' own share of forget tokens. */
function labelledShare({ documents, tokenLabels }: LabelledDocuments, special: ReadonlySet<number>): number {
  const isSpecial = Uint8Array.from(documents.flatMap((ids) => [...specialMask(ids, special)]));
  return prevalenceOf(tokenLabels, isSpecial);
}

/** @throws UserError when the classifier's own threshold is wanted for scores that are not its own. */
function requireOwnThreshold(scores: string, by: ChosenThreshold["by"]): void {
  if (by !== "f1" || readManifest(scores).stage !== "score-control") return;
  throw new UserError(
    `--rule f1 is a threshold on a classifier's own scores; ${scores} are a control's. Use --share, with what the classifier's policy reached, or --rule prevalence.`,
  );
}
