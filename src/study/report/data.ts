/** @file The numbers behind every figure and table, as rows for CSV: the same points that the figures draw. */
import { ladderCells, shownMeasures, slowdownOf } from "../cells.js";
import {
  baselineCurvePoints,
  frontierPoints,
  panelEvaluation,
  selectivityPoints,
  slowdownPoints,
  trainingPoints,
} from "../figures/index.js";
import { expOf } from "../format.js";
import type { Bounded, Results } from "../results.js";
import { armName } from "../words.js";
import type { CsvRow } from "./csv.js";

/** One CSV file: its name without ending, and its rows. */
export interface Dataset {
  name: string;
  rows: CsvRow[];
}

/** Every dataset that has rows. */
export function reportData(results: Results): Dataset[] {
  const datasets = [...figureData(results), ...effectData(results), ...qualityData(results), ...inputData(results)];
  return datasets.filter(({ rows }) => rows.length > 0);
}

const boundedColumns = ({ value, atLeast, atMost, low, high }: Bounded): CsvRow => {
  return { value, at_least: atLeast, at_most: atMost, low_95: low, high_95: high };
};

/** An arm by its name and by words for it. */
const armColumns = (results: Results, arm: string): CsvRow => ({ arm, arm_in_words: armName(results, arm) });

const parametersOf = ({ sizes }: Results, size: string) => sizes.find(({ name }) => name === size)!.parameters;

function figureData(results: Results): Dataset[] {
  const domainPoint = ({ domain, arm, parameters, ...value }: ReturnType<typeof slowdownPoints>[number]): CsvRow => {
    return { text: domain, parameters, ...armColumns(results, arm), ...boundedColumns(value) };
  };
  return [
    {
      name: "selectivity",
      rows: selectivityPoints(results).map(({ domain: _, arm, parameters, ...value }) => {
        return { parameters, ...armColumns(results, arm), ...boundedColumns(value) };
      }),
    },
    { name: "slowdown-figure", rows: slowdownPoints(results).map(domainPoint) },
    {
      name: "frontier-figure",
      rows: frontierPoints(results).map(({ arm, parameters, retain, forget }) => {
        return { parameters, ...armColumns(results, arm), retain_loss: retain, forget_loss: forget };
      }),
    },
    {
      name: "baseline-curve",
      rows: baselineCurvePoints(results).map((point) => ({
        ...{ text: point.domain, point: point.kind, ...armColumns(results, point.arm), parameters: point.parameters },
        ...{ tokens_per_parameter: point.tokensPerParameter, flops: point.flops, loss: point.loss },
        is_bound: point.isBound,
      })),
    },
    {
      name: "training",
      rows: trainingPoints(results).map(({ size, arm, seed, step, tokens, loss, validation }) => {
        return {
          parameters: parametersOf(results, size),
          ...armColumns(results, arm),
          seed,
          step,
          tokens,
          loss,
          validation,
        };
      }),
    },
  ];
}

function effectData(results: Results): Dataset[] {
  const { findings, frontier, noise, unigram, measures, calibration, fits } = results;
  return [
    {
      name: "slowdowns",
      rows: ladderCells(results).flatMap(({ size, arm, parameters, flops, seeds, losses }) =>
        shownMeasures(results).map(({ name: text, role }) => {
          const loss = losses.find(({ measure }) => measure === text);
          const slowdown = slowdownOf(results, size, arm, text);
          return {
            ...{ parameters, ...armColumns(results, arm), seeds, flops, text, role },
            ...{ loss: loss?.value ?? null, loss_low_95: loss?.low ?? null, loss_high_95: loss?.high ?? null },
            ...boundedColumns(slowdown ?? UNKNOWN),
            line: slowdown?.line ?? null,
          };
        }),
      ),
    },
    {
      name: "forget-loss-at-equal-kept-loss",
      rows: frontier.map(({ size, arm, ...log }) => {
        return { parameters: parametersOf(results, size), ...armColumns(results, arm), ...boundedColumns(expOf(log)) };
      }),
    },
    {
      name: "comparisons",
      rows: findings.comparisons.map(({ size, arm, against, better, ...log }) => ({
        ...{ parameters: parametersOf(results, size), ...armColumns(results, arm), against },
        ...{ against_in_words: armName(results, against), ...boundedColumns(expOf(log)), is_more_selective: better },
      })),
    },
    {
      name: "trends",
      rows: findings.trends.map(({ arm, value, low, high, grows }) => {
        return { ...armColumns(results, arm), per_tenfold_compute: value, low_95: low, high_95: high, grows };
      }),
    },
    { name: "statements", rows: findings.statements.map(({ claim, holds, detail }) => ({ claim, holds, detail })) },
    {
      name: "noise",
      rows: measures.map(({ name, role }) => ({
        ...{ text: name, role, noise_from: noise.from, degrees_of_freedom: noise.freedom },
        ...{ sd_of_ln_loss: noise.sd[name] ?? null, unigram_loss: unigram[name] ?? null },
      })),
    },
    {
      name: "held-out-baselines",
      rows: calibration.map(({ size, seed, measure, value, low, high, covers }) => {
        const parameters = parametersOf(results, size);
        return { parameters, seed, text: measure, slowdown: value, low_95: low, high_95: high, holds_1: covers };
      }),
    },
    {
      name: "exponents",
      rows: fits.map(({ arm, measure, intercept, slope, r2, residual }) => {
        const line = {
          intercept,
          slope: slope.value,
          slope_low_95: slope.low,
          slope_high_95: slope.high,
          r2,
          residual,
        };
        return { ...armColumns(results, arm), text: measure, ...line };
      }),
    },
  ];
}

const UNKNOWN: Bounded = { value: null, atLeast: null, atMost: null, low: null, high: null };

function qualityData({ routes, passages }: Results): Dataset[] {
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

function inputData(results: Results): Dataset[] {
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
