/** @file The numbers behind every figure and table, as rows for CSV. */
import type { Results } from "../results.js";
import type { Dataset } from "./data-rows.js";
import { effectData } from "./effect-data.js";
import { figureData } from "./figure-data.js";
import { inputData, qualityData } from "./input-data.js";

/** Every dataset that has rows. */
export function reportData(results: Results): Dataset[] {
  const datasets = [...figureData(results), ...effectData(results), ...qualityData(results), ...inputData(results)];
  return datasets.filter(({ rows }) => rows.length > 0);
}
