/** @file What the label, classifier and filter stages measured, in the form results.json keeps it. */
import { z } from "zod";
import { type ProbeFile, type Quality, readClassifierFile } from "../classify/index.js";
import type { ClassifierEvaluation, ClassifierFacts, LabelFacts } from "./results.js";

const LabelResult = z.object({
  judge: z.string(),
  latents: z.object({ kept: z.number(), rejected: z.number(), unknown: z.number() }),
  splits: z.record(
    z.string(),
    z.object({
      tokens: z.number(),
      forgetTokens: z.number(),
      truth: z
        .object({
          tokens: z.object({ precision: z.number(), recall: z.number(), f1: z.number(), prevalence: z.number() }),
        })
        .optional(),
    }),
  ),
});

/** From the result of the label stage. */
export function labelFacts(result: unknown): LabelFacts {
  const { judge, latents, splits } = LabelResult.parse(result);
  return {
    method: `SAE latents kept by the ${judge} judge, seeds grown over neighbours`,
    latents: latents.kept + latents.rejected + latents.unknown,
    keptLatents: latents.kept,
    evaluations: Object.entries(splits).map(([split, { tokens, forgetTokens, truth }]) => ({
      split,
      tokens,
      labelledShare: tokens > 0 ? forgetTokens / tokens : null,
      truthShare: truth?.tokens.prevalence ?? null,
      precision: truth?.tokens.precision ?? null,
      recall: truth?.tokens.recall ?? null,
      f1: truth?.tokens.f1 ?? null,
    })),
  };
}

/** From the files of a classifier. */
export function classifierFacts(directory: string): ClassifierFacts {
  const { token, document } = readClassifierFile(directory);
  return {
    layer: token.layer,
    strength: token.strength,
    thresholds: { f1: token.thresholds.f1.threshold, documentF1: document.thresholds.f1.threshold },
    evaluations: [...evaluations("token", token), ...evaluations("document", document)],
  };
}

function evaluations(level: "token" | "document", { quality, truth }: ProbeFile): ClassifierEvaluation[] {
  const of = (against: "labels" | "truth", measured?: { validation: Quality; test: Quality }) =>
    Object.entries(measured ?? {}).map(([split, figures]) => evaluation(split, level, against, figures));
  return [...of("labels", quality), ...of("truth", truth)];
}

function evaluation(
  split: string,
  level: "token" | "document",
  against: "labels" | "truth",
  { prevalence, auroc, atThreshold: { f1, precision, recall }, precisionRecall, calibration }: Quality,
): ClassifierEvaluation {
  const bins = calibration.bins.filter(({ count }) => count > 0);
  return {
    ...{ split, level, against, prevalence, auroc, f1, precision, recall },
    curve: precisionRecall,
    calibration: bins.map(({ predicted, observed, count }) => ({ score: predicted, observed, count })),
    histogram: bins.map(({ from, to, count, observed }) => {
      const forget = Math.round(count * observed);
      return { from, to, forget, retain: count - forget };
    }),
  };
}

const FilterResult = z.object({ splits: z.record(z.string(), z.object({ filteredShare: z.number() })) });

/** Share of tokens not trained on by split, from the result of the filter stage. */
export function filteredShares(result: unknown): Record<string, number> {
  const { splits } = FilterResult.parse(result);
  return Object.fromEntries(Object.entries(splits).map(([split, { filteredShare }]) => [split, filteredShare]));
}
