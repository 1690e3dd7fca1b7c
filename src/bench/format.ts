/** @file The bench's result as a table for people. */
import { grouped } from "../base/errors.js";
import { describeMachine, table } from "./measure.js";
import type { BenchResult } from "./train.js";

/** A table with the machine above it, one line per size and runner. */
export function formatBench({ machine, rows }: BenchResult): string {
  const header = ["size", "runner", "tokens/s", "GFLOP/s", "MatMul GFLOP/s", "of MatMul", "Lacuna is faster by"];
  const body = rows.map((row) => [
    row.size,
    row.runner,
    grouped(row.tokensPerSecond),
    row.gflops.toFixed(1),
    row.matmulGflops.toFixed(0),
    `${(100 * row.matmulShare).toFixed(0)} %`,
    row.runner === "lacuna" ? "" : `${row.lacunaSpeedup.toFixed(1)} x`,
  ]);
  return [
    describeMachine(machine),
    "Full training steps (loss, gradients, clip, AdamW), medians; MatMul 1024^3 measured between the steps.",
    "",
    table(header, body, 2),
  ].join("\n");
}
