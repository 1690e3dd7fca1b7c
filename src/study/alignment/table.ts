/** @file The table an alignment run ends with in the terminal. */
import { parameterLabel, percent } from "../format.js";
import { alignColumns } from "../table.js";
import { type Alignment, judgedBy, type MeanRate } from "./results.js";

/** Per form, size and arm: what is refused of both kinds, with 95 % intervals. */
export function refusalTable({ cells, judge }: Pick<Alignment, "cells" | "judge">): string {
  const sorted = [...cells].sort((a, b) => a.form.localeCompare(b.form));
  const rows = sorted.map((cell, index) => {
    const before = sorted[index - 1];
    const isFirst = before?.form !== cell.form || before.size !== cell.size;
    const { form, arm, rates, parameters } = cell;
    return [
      before?.form === form ? "" : form,
      ...[isFirst ? parameterLabel(parameters) : "", arm, shown(rates.forget), shown(rates.general)],
    ];
  });
  return [
    alignColumns(["form", "size", "arm", "forget refused", "general refused"], rows),
    "Shares of what is known, mean over seeds, with 95 % intervals over seeds and questions together.",
    judgedBy(judge),
  ].join("\n");
}

function shown({ value, low, high }: MeanRate): string {
  return value === null ? "–" : `${percent(value)} [${percent(low)}, ${percent(high)}]`;
}
