/** @file The table of a robustness run: in the terminal at its end, and on the page of safeguards. */
import { compactCount, parameterLabel, percent } from "../format.js";
import { alignColumns } from "../table.js";
import type { AttackCell, Robustness } from "./results.js";

export const RECOVERY_COLUMNS = ["size", "arm", "target", "before", "lr", "tokens to recover", "of pretraining"];
export const RECOVERY_NOTE =
  "Losses in nats per token on held-out forget text; target: the unfiltered model of the size. [ ]: 95 %, orders of the attacker's text.";

type Attacked = Pick<Robustness, "cells">;

/** For a terminal. */
export function recoveryTable(results: Attacked): string {
  return [alignColumns(RECOVERY_COLUMNS, recoveryRows(results)), RECOVERY_NOTE].join("\n");
}

/** Per size and arm: forget loss before the attack, and tokens until it is back at the unfiltered model's. */
export function recoveryRows({ cells }: Attacked): string[][] {
  return cells.map((cell) => {
    const first = cells.find(({ size }) => size === cell.size) === cell;
    const { arm, initialLoss, target, lr, recovery } = cell;
    return [
      ...[first ? parameterLabel(cell.parameters) : "", arm, target.toFixed(3), initialLoss.toFixed(3)],
      ...[lr === null ? "–" : String(lr), tokensText(cell), percent(recovery.share)],
    ];
  });
}

function tokensText({ recovery: { value, low, high, censored } }: AttackCell): string {
  if (value === null) return "unknown";
  const range = low === null || high === null ? "" : ` [${compactCount(low)}, ${compactCount(high)}]`;
  return `${censored > 0 ? "≥ " : ""}${compactCount(value)}${range}`;
}
