/** @file The numbers behind the tables of what filtering did. */
import { ladderCells, shownMeasures, slowdownOf } from "../cells.js";
import { expOf } from "../format.js";
import type { Bounded, Results } from "../results.js";
import { armName } from "../words.js";
import { armColumns, boundedColumns, type Dataset, parametersOf } from "./data-rows.js";

const UNKNOWN: Bounded = { value: null, atLeast: null, atMost: null, low: null, high: null };

export function effectData(results: Results): Dataset[] {
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
      rows: noise.sizes.flatMap(({ size, freedom, sd }) =>
        measures.map(({ name, role }) => ({
          ...{ parameters: parametersOf(results, size), text: name, role, noise_from: noise.from },
          ...{ degrees_of_freedom: freedom, sd_of_ln_loss: sd[name] ?? null, unigram_loss: unigram[name] ?? null },
        })),
      ),
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
