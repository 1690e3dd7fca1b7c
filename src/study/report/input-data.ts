/** @file The numbers behind the tables of labels, classifiers, text, arms and runs, and the passages. */
import { panelEvaluation } from "../figures/index.js";
import type { Results } from "../results.js";
import { armColumns, type Dataset } from "./data-rows.js";

export function qualityData({ routes, passages }: Results): Dataset[] {
  const evaluation = panelEvaluation({ routes });
  return [
    {
      name: "labels",
      rows: routes.flatMap(({ name: route, labels }) =>
        labels.evaluations.map(({ split, tokens, labelledShare, truthShare, precision, recall, f1 }) => {
          const shares = { labelled_share: labelledShare, truth_share: truthShare };
          return { route, method: labels.method, split, tokens, ...shares, precision, recall, f1 };
        }),
      ),
    },
    {
      name: "classifiers",
      rows: routes.flatMap(({ name: route, classifier, sae, parameters, trainingFlops }) =>
        classifier.evaluations.map(({ split, level, against, prevalence, auroc, f1, precision, recall }) => ({
          ...{ route, kind: classifier.kind, split, level, against, prevalence, precision, recall },
          ...{ auroc: auroc.value, auroc_low_95: auroc.low, auroc_high_95: auroc.high },
          ...{ f1: f1.value, f1_low_95: f1.low, f1_high_95: f1.high },
          ...{ other_half_auroc: classifier.halves?.value ?? null, other_half_low_95: classifier.halves?.low ?? null },
          other_half_high_95: classifier.halves?.high ?? null,
          ...{ sae_latents: sae?.latents ?? null, sae_kept: sae?.kept ?? null, sae_fvu: sae?.fvu ?? null },
          ...{ sae_dead: sae?.dead ?? null, parameters, training_flops: trainingFlops },
        })),
      ),
    },
    {
      name: "precision-recall",
      rows: (evaluation?.curve ?? []).map(({ precision, recall }) => ({ recall, precision })),
    },
    {
      name: "calibration",
      rows: (evaluation?.calibration ?? []).map(({ score, observed, count }) => ({ score, observed, count })),
    },
    {
      name: "scores",
      rows: (evaluation?.histogram ?? []).map(({ from, to, forget, retain }) => ({ from, to, forget, retain })),
    },
    {
      name: "passages",
      rows: passages.flatMap(({ id, source, split, threshold, tokens }) =>
        tokens.map(({ text, score, truth }, position) => {
          return { passage: id, source, split, threshold, position, text, score, truth };
        }),
      ),
    },
  ];
}

export function inputData(results: Results): Dataset[] {
  const { corpus, arms, runs } = results;
  return [
    {
      name: "text",
      rows: corpus.splits.flatMap(({ split, documents, tokens, domains }) =>
        Object.entries(domains).map(([domain, count]) => ({ split, documents, tokens, domain, domain_tokens: count })),
      ),
    },
    {
      name: "arms",
      rows: arms.map(({ name, method, labels, threshold, budget, filteredShare, retainTargets }) => ({
        ...{ ...armColumns(results, name), method, labels, threshold, budget },
        ...{ filtered_share: filteredShare.train ?? null, retain_targets: retainTargets },
      })),
    },
    {
      name: "runs",
      rows: runs.map(({ size, arm, seed, parameters, flops, steps, rawTokens, effectiveTokens, epochs }) => ({
        ...{ size, parameters, ...armColumns(results, arm), seed, flops, steps, tokens_read: rawTokens },
        ...{ targets_trained_on: effectiveTokens, epochs },
      })),
    },
  ];
}
