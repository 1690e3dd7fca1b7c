/** @file The `label-classifier` stage: a classifier's decisions as labels, for a stronger one to learn (paper 6.3). */
import { z } from "zod";
import { defineStage } from "../base/stage.js";
import { compareLabels, openClassifier, readLabelled } from "../classify/index.js";
import { SPLITS } from "../corpus/index.js";
import { joinLabels, labelCounts, requireForget, writeLabels } from "../label/index.js";
import { loadTokenizer, readTokens, requireSameTokenizer, requireTokens } from "../tokens/index.js";
import { isForget, reaches } from "./forget.js";

export const LabelClassifierOptions = z.object({
  classifier: z.string().describe("finished classifier (npx lacuna classifier fit)"),
  labels: z.string().describe("labels that say which documents to label, and that these are compared with"),
  tokens: z.string().describe("token shards the labels belong to (npx lacuna tokenize)"),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("scores at or above it are forget (default: the classifier's own F1 thresholds)"),
});

export const labelClassifierStage = defineStage({
  name: "label-classifier",
  summary: "Label documents by a classifier's decisions",
  why: "A weak classifier's labels are cheap; how much of a strong one's quality they carry is measured with them",
  examples: [
    "npx lacuna label-classifier --classifier runs/demo/classifier --labels runs/demo/labels --tokens runs/demo/tokens --out runs/demo/labels-weak",
    "npx lacuna label-classifier --classifier runs/demo/classifier --labels runs/demo/labels --tokens runs/demo/tokens --threshold 0.5 --out runs/demo/labels-half",
  ],
  version: 1,
  options: LabelClassifierOptions,
  inputs: ["classifier", "labels", "tokens"],
  async run(options, { out, progress, threads }) {
    requireTokens(
      options.tokens,
      SPLITS.reduce((sum, split) => sum + readTokens(options.tokens, split).tokens.length, 0),
    );
    const tokenizer = loadTokenizer(options.tokens);
    requireSameTokenizer(
      { what: `The classifier ${options.classifier}`, fingerprint: loadTokenizer(options.classifier).fingerprint },
      { what: `these tokens (${options.tokens})`, fingerprint: tokenizer.fingerprint },
      "Give the tokens it was fitted on.",
    );
    const classifier = await openClassifier(options.classifier, { threads });
    try {
      const { token, document } = classifier.file;
      const [forTokens, forDocuments] = [token, document].map(
        ({ thresholds }) => options.threshold ?? thresholds.f1.threshold,
      );
      const counts: Record<string, ReturnType<typeof labelCounts>> = {};
      const result: Record<string, ReturnType<typeof compareLabels>> = {};
      for (const split of SPLITS) {
        const given = readLabelled(options.labels, options.tokens, split);
        const parts: { tokens: Uint8Array; document: number }[] = [];
        for await (const { document, tokenScores, documentScore } of classifier.score(given.documents)) {
          const ids = given.documents[document];
          const forget = isForget(tokenScores, forTokens);
          const tokens = forget.map((label, index) => (classifier.isSpecial[ids[index]] === 1 ? 0 : label));
          parts.push({ tokens, document: reaches(documentScore, forDocuments) ? 1 : 0 });
          const done = { done: parts.length, total: given.documents.length };
          progress({ ...done, unit: "documents", detail: `labelling ${split}` });
        }
        const labels = joinLabels(parts);
        await writeLabels(out, split, labels, { tokenizer: tokenizer.fingerprint, domain: given.domain });
        counts[split] = labelCounts(labels);
        result[split] = compareLabels(labels, { tokens: given.tokenLabels, documents: given.documentLabels });
      }
      requireForget(counts, options.labels, "Give a lower --threshold, or labels of other documents.");
      return result;
    } finally {
      await classifier.release();
    }
  },
});
