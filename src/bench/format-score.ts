/** @file The scoring bench's result as tables for people. */
import { grouped } from "../base/errors.js";
import { describeMachine, table } from "./measure.js";
import type { RealPrecision } from "./real-precision.js";
import type { ScoreBenchResult } from "./score.js";

const percent = (share: number, digits = 0) => `${(100 * share).toFixed(digits)} %`;

/** The machine, one line per size and runner, and what int8 costs. */
export function formatScoreBench({ machine, clock, context, rows, precision }: ScoreBenchResult): string {
  const header = [
    "size",
    "runner",
    "tokens/s",
    "MFLOP/token",
    "in the model",
    "GFLOP/s",
    "MatMul GFLOP/s",
    "of MatMul",
    "x PyTorch",
    "peak MiB",
  ];
  const body = rows.map((row) => [
    row.size,
    row.runner,
    grouped(Math.round(row.tokensPerSecond)),
    (row.flopsPerToken / 1e6).toFixed(2),
    row.modelShare === null ? "" : percent(row.modelShare),
    row.gflops.toFixed(1),
    row.matmulGflops.toFixed(0),
    percent(row.matmulShare),
    row.overPytorch === null || row.runner === "pytorch" ? "" : row.overPytorch.toFixed(1),
    row.runner === "pytorch" ? "" : grouped(Math.round(row.peakBytes / 2 ** 20)),
  ]);
  const rounded = Object.entries(precision).map(([size, compared]) => [
    size,
    percent(compared.agreement, 2),
    compared.f1AgainstExact.toFixed(4),
    compared.meanDifference.toFixed(2),
    String(compared.largestDifference),
  ]);
  return [
    describeMachine(machine),
    `Synthetic biLMs of context ${context}, both halves, synthetic documents, from token ids to stored scores; windows overlap by half.`,
    clock === "cpu" ? "Seconds are processor time, not the clock's." : "Seconds are the clock's.",
    machine.torch ? "" : "PyTorch was not found (python3, or LACUNA_PYTHON), so it is not timed.\n",
    table(header, body, 2),
    "",
    "int8 beside float32 (synthetic biLM: decisions of float32 at 0.5 taken for the truth, differences in levels of 255)",
    "",
    table(["size", "agreement", "F1 against float32", "mean difference", "largest"], rounded),
  ].join("\n");
}

/** What int8 costs a real classifier. */
export function formatRealPrecision({ classifier, split, documents, labels, ...compared }: RealPrecision): string {
  const quality = (["exact", "rounded"] as const).flatMap((which) => {
    const found = labels?.[which];
    return found ? [[which === "exact" ? "f32" : "int8", found.f1.toFixed(4), found.auroc.toFixed(4)]] : [];
  });
  return [
    `${classifier}: ${grouped(compared.tokens)} tokens of ${grouped(documents)} ${split} documents, threshold ${compared.threshold.toFixed(3)} (best F1)`,
    "",
    table(["precision", "F1 against the labels", "AUROC"], quality),
    "",
    `Both decide alike on ${percent(compared.agreement, 2)} of tokens; scores differ by ${compared.meanDifference.toFixed(2)} levels of 255 on average, ${compared.largestDifference} at most.`,
  ].join("\n");
}
