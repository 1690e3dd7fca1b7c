/** @file The bench's result as a table for people. */
import { grouped } from "../base/errors.js";
import type { BenchResult } from "./train.js";

/** A table with the machine above it, one line per size and runner. */
export function formatBench({ machine, rows }: BenchResult): string {
  const { cpu, cores, threads, node, onnxruntime, jaxjs, torch } = machine;
  const versions = [
    `node ${node}`,
    `onnxruntime ${onnxruntime}`,
    `jax-js ${jaxjs}`,
    torch ? `torch ${torch}` : "no torch",
  ];
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
  const widths = header.map((_, column) => Math.max(...[header, ...body].map((line) => line[column].length)));
  const isText = (column: number) => column < 2;
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ");
  return [
    `${cpu}, ${cores} cores, ${threads} threads; ${versions.join(", ")}`,
    "Full training steps (loss, gradients, clip, AdamW), medians; MatMul 1024^3 measured between the steps.",
    "",
    line(header),
    line(widths.map((width) => "-".repeat(width))),
    ...body.map(line),
  ].join("\n");
}
