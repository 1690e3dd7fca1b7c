/** @file The `label-derive` stage: labels made from labels, to see what worse ones cost a classifier. */
import { z } from "zod";
import { random } from "../../base/random.js";
import { defineStage } from "../../base/stage.js";
import {
  type DocumentText,
  joinLabels,
  labelCounts,
  requireForget,
  textReader,
  UNKNOWN_LABEL,
  writeLabels,
} from "../../label/index.js";
import { loadTokenizer, readTokens } from "../../tokens/index.js";
import { type LabelledDocuments, readLabelled, SPLITS } from "../labelled.js";
import { COARSE, coarsen } from "./coarsen.js";
import { compareLabels } from "./compare.js";
import { flipLabels } from "./noise.js";

export const LabelDeriveOptions = z.object({
  labels: z.string().describe("labels to start from (npx lacuna label, label-text, label-spans, label-classifier)"),
  tokens: z.string().describe("token shards the labels belong to (npx lacuna tokenize)"),
  half: z
    .enum(["first", "second"])
    .optional()
    .describe("keep the labels of one half of the train documents, drawn at random; the others are unknown"),
  coarsen: z
    .enum(COARSE)
    .optional()
    .describe("give each token the label of its sentence or document, which follows from its tokens' labels"),
  share: z.number().gt(0).max(1).default(0.25).describe("share of forget tokens from which a sentence or document is"),
  noise: z.number().min(0).max(1).optional().describe("flip each label with this probability, once and for all"),
  seed: z.int().default(1).describe("seed of the half and of the flips"),
});

export const labelDeriveStage = defineStage({
  name: "label-derive",
  summary: "Make labels from labels: of half the documents, coarser, or noisier",
  why: "Shows how much a classifier needs of its labels: their number, their grain, their truth",
  examples: [
    "npx lacuna label-derive --labels runs/demo/labels --tokens runs/demo/tokens --coarsen sentence --out runs/demo/labels-coarse",
    "npx lacuna label-derive --labels runs/demo/labels --tokens runs/demo/tokens --half first --noise 0.2 --out runs/demo/labels-noisy",
  ],
  version: 1,
  options: LabelDeriveOptions,
  inputs: ["labels", "tokens"],
  async run(options, { out, progress }) {
    const tokenizer = loadTokenizer(options.tokens);
    const read = textReader(tokenizer);
    const counts: Record<string, ReturnType<typeof labelCounts>> = {};
    const result: Record<string, ReturnType<typeof compareLabels>> = {};
    for (const split of SPLITS) {
      const given = readLabelled(options.labels, options.tokens, split);
      const { documents: names } = readTokens(options.tokens, split);
      const isKept = keptDocuments(given, options);
      let start = 0;
      const derived = given.documents.map((ids, index) => {
        const tokens = given.tokenLabels.subarray(start, (start += ids.length));
        progress({ done: index + 1, total: given.documents.length, unit: "documents", detail: split });
        if (!isKept[index]) return { tokens: new Uint8Array(ids.length).fill(UNKNOWN_LABEL), document: UNKNOWN_LABEL };
        return derive(names[index].id, { tokens, document: given.documentLabels[index] }, read(ids), options);
      });
      const labels = joinLabels(derived);
      await writeLabels(out, split, labels, { tokenizer: tokenizer.fingerprint, domain: given.domain });
      counts[split] = labelCounts(labels);
      result[split] = compareLabels(labels, { tokens: given.tokenLabels, documents: given.documentLabels });
    }
    requireForget(counts, options.labels, "Give labels with forget tokens, or a smaller --share.");
    return result;
  },
});

type Options = z.infer<typeof LabelDeriveOptions>;
type DocumentLabels = { tokens: Uint8Array; document: number };

/** Coarser first, then noisier: what is flipped is what is given. */
function derive(id: string, labels: DocumentLabels, document: DocumentText, options: Options): DocumentLabels {
  const { coarsen: coarse, share, noise, seed } = options;
  const tokens = coarse === undefined ? labels.tokens : coarsen(labels.tokens, document, coarse, share);
  if (noise === undefined) return { ...labels, tokens };
  return flipLabels(id, { ...labels, tokens }, document.isSpecial, { rate: noise, seed });
}

/** 1 for documents whose labels stay. Only the train split is halved; halves are disjoint and make up the whole. */
function keptDocuments({ split, documents }: LabelledDocuments, { half, seed }: Options): Uint8Array {
  const kept = new Uint8Array(documents.length).fill(1);
  if (half === undefined || split !== "train") return kept;
  const order = random(seed, "halves of the labels").permutation(documents.length);
  const middle = Math.ceil(order.length / 2);
  for (const index of half === "first" ? order.subarray(middle) : order.subarray(0, middle)) kept[index] = 0;
  return kept;
}
