/** @file The numbers behind the figures: the same points that are drawn. */
import {
  baselineCurvePoints,
  frontierPoints,
  selectivityPoints,
  slowdownPoints,
  trainingPoints,
} from "../figures/index.js";
import type { Results } from "../results.js";
import { armColumns, boundedColumns, type Dataset, parametersOf } from "./data-rows.js";

export function figureData(results: Results): Dataset[] {
  return [
    {
      name: "selectivity",
      rows: selectivityPoints(results).map(({ domain: _, arm, parameters, ...value }) => {
        return { parameters, ...armColumns(results, arm), ...boundedColumns(value) };
      }),
    },
    {
      name: "slowdown-figure",
      rows: slowdownPoints(results).map(({ domain: text, arm, parameters, ...value }) => {
        return { text, parameters, ...armColumns(results, arm), ...boundedColumns(value) };
      }),
    },
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
