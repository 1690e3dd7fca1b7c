/** @file What the label, classifier and filter stages measured, in the form results.json keeps it. */
import { z } from "zod";
import {
  type Granularity,
  type ProbeFile,
  type Quality,
  readClassifierFile,
  readTestRows,
  type TestRows,
} from "../classify/index.js";
import { rankRows } from "./classifiers/measure.js";
import { figureOf, resample } from "./classifiers/resample.js";
import type { ClassifierEvaluation, ClassifierFacts, Estimate, LabelFacts, RouteFacts } from "./results.js";
import { type RouteArtifacts, routeName } from "./routes.js";

/** Draws of test documents behind the intervals of a classifier's figures. */
const RESAMPLES = 200;

/** What a route's labels and classifier reach. @param seed - of the draws */
export function routeFacts({ route, labels, classifier, sae }: RouteArtifacts, seed: number): RouteFacts {
  const file = readClassifierFile(classifier.path);
  const models = file.kind === "ngram" ? undefined : file.models;
  const kept = LabelResult.parse(labels.manifest.result).latents?.kept ?? 0;
  return {
    name: routeName(route),
    labels: labelFacts(labels.manifest.result),
    classifier: classifierFacts(classifier.path, seed),
    sae: sae ? saeFacts(sae.manifest.result, kept) : null,
    parameters: models?.parameters ?? null,
    trainingFlops: models?.trainingFlops ?? null,
  };
}

const LabelResult = z.object({
  judge: z.string(),
  granularity: z.string().optional(),
  latents: z.object({ kept: z.number(), rejected: z.number(), unknown: z.number() }).optional(),
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

function labelFacts(result: unknown): LabelFacts {
  const { judge, granularity, latents, splits } = LabelResult.parse(result);
  const method = latents
    ? `SAE latents kept by the ${judge} judge (${latents.kept} of ${latents.kept + latents.rejected + latents.unknown}), seeds grown over neighbours`
    : `${granularity ?? "text"}s by the ${judge} judge`;
  return {
    method,
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

const SaeResult = z.object({ latents: z.number(), r2: z.number(), dead: z.number() });

/** FVU is the share of variance that the autoencoder does not explain. */
function saeFacts(result: unknown, kept: number): RouteFacts["sae"] {
  const { latents, r2, dead } = SaeResult.parse(result);
  return { latents, kept, fvu: 1 - r2, dead };
}

function classifierFacts(directory: string, seed: number): ClassifierFacts {
  const file = readClassifierFile(directory);
  const { kind, token, document, warnings } = file;
  const halves = file.kind === "ngram" ? file.halves : null;
  const rows = readTestRows(directory);
  return {
    kind,
    layer: kind === "ngram" ? null : token.layer,
    strength: token.strength,
    thresholds: { f1: token.thresholds.f1.threshold, documentF1: document.thresholds.f1.threshold },
    evaluations: (["token", "document"] as const).flatMap((level) =>
      evaluations(level, level === "token" ? token : document, rows[level], seed),
    ),
    halves: halves ? { value: halves.auroc, low: halves.low, high: halves.high } : null,
    warnings: [...warnings],
  };
}

function evaluations(level: Granularity, probe: ProbeFile, rows: TestRows, seed: number): ClassifierEvaluation[] {
  const { quality, truth, thresholds } = probe;
  const of = (against: "labels" | "truth", measured: ProbeFile["truth"], values?: Uint8Array) => {
    if (!measured) return [];
    const intervals = values && intervalsOf(rows, values, thresholds.f1.threshold, seed);
    return (["validation", "test"] as const).map((split) =>
      evaluation(split, level, against, measured[split], split === "test" ? intervals : undefined),
    );
  };
  return [...of("labels", quality, rows.labels), ...of("truth", truth, rows.truth)];
}

/** AUROC and F1 with intervals over test documents; undefined where a class is absent. */
function intervalsOf(rows: TestRows, values: Uint8Array, threshold: number, seed: number) {
  if (!values.includes(1) || !values.includes(0)) return undefined;
  const [drawn] = resample([rankRows(rows, values, threshold)], { resamples: RESAMPLES, seed });
  return { auroc: figureOf(drawn.auroc.value, drawn.auroc.draws), f1: figureOf(drawn.f1.value, drawn.f1.draws) };
}

function evaluation(
  split: string,
  level: "token" | "document",
  against: "labels" | "truth",
  { prevalence, auroc, atThreshold: { f1, precision, recall }, precisionRecall, calibration }: Quality,
  intervals?: { auroc: Estimate; f1: Estimate },
): ClassifierEvaluation {
  const bins = calibration.bins.filter(({ count }) => count > 0);
  const alone = (value: number | null): Estimate => ({ value, low: null, high: null });
  return {
    ...{ split, level, against, prevalence, precision, recall },
    auroc: intervals?.auroc ?? alone(auroc),
    f1: intervals?.f1 ?? alone(f1),
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
