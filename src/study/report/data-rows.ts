/** @file What the CSV files of a report share: columns of arms, sizes and numbers with their bounds. */
import type { Bounded, Results } from "../results.js";
import { armName } from "../words.js";
import type { CsvRow } from "./csv.js";

/** One CSV file: its name without ending, and its rows. */
export interface Dataset {
  name: string;
  rows: CsvRow[];
}

export const boundedColumns = ({ value, atLeast, atMost, low, high }: Bounded): CsvRow => {
  return { value, at_least: atLeast, at_most: atMost, low_95: low, high_95: high };
};

/** An arm by its name and by words for it. */
export const armColumns = (results: Results, arm: string): CsvRow => ({ arm, arm_in_words: armName(results, arm) });

export const parametersOf = ({ sizes }: Results, size: string) => sizes.find(({ name }) => name === size)!.parameters;
