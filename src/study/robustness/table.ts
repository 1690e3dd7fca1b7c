/** @file The table a robustness run ends with in the terminal. */
import { compactCount, parameterLabel, percent } from "../format.js";
import { alignColumns } from "../table.js";
import type { AttackCell, Robustness } from "./results.js";

/** Per size and arm: forget loss before the attack, and tokens until it is back at the unfiltered model's. */
export function recoveryTable({ cells }: Pick<Robustness, "cells">): string {
  const rows = cells.map((cell) => {
    const first = cells.find(({ size }) => size === cell.size) === cell;
    const { arm, initialLoss, target, lr, recovery } = cell;
    return [
      ...[first ? parameterLabel(cell.parameters) : "", arm, target.toFixed(3), initialLoss.toFixed(3)],
      ...[lr === null ? "–" : String(lr), tokensText(cell), percent(recovery.share)],
    ];
  });
  return [
    alignColumns(["size", "arm", "target", "before", "lr", "tokens to recover", "of pretraining"], rows),
    "Losses in nats per token on held-out forget text; target: the unfiltered model of the size. [ ]: 95 %, orders of the attacker's text.",
  ].join("\n");
}

function tokensText({ recovery: { value, low, high, censored } }: AttackCell): string {
  if (value === null) return "unknown";
  const range = low === null || high === null ? "" : ` [${compactCount(low)}, ${compactCount(high)}]`;
  return `${censored > 0 ? "≥ " : ""}${compactCount(value)}${range}`;
}
