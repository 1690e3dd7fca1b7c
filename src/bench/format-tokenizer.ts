/** @file The tokenizer bench's result as a table for people. */
import { grouped } from "../base/errors.js";
import type { TokenizerBenchResult } from "./tokenizer.js";

/** A table with the machine above it, one line per runner. */
export function formatTokenizerBench({ machine, text, rows }: TokenizerBenchResult): string {
  const { cpu, cores, load, node, gptTokenizer, tiktoken } = machine;
  const millions = (value: number) => `${(value / 1e6).toFixed(2)} M`;
  const header = [
    "runner",
    "tokens",
    "first pass, tokens/s of CPU",
    "then tokens/s of CPU",
    "MB/s of CPU",
    "tokens/s",
    "Lacuna is faster by",
  ];
  const body = rows.map((row, index) => [
    row.runner,
    grouped(row.tokens),
    millions(row.firstTokensPerCpuSecond),
    millions(row.tokensPerCpuSecond),
    row.megabytesPerCpuSecond.toFixed(1),
    millions(row.tokensPerSecond),
    index === 0 ? "" : `${row.lacunaSpeedup.toFixed(1)} x`,
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...body].map((line) => line[column].length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ");
  const different = rows.filter(({ tokensMore }) => tokensMore !== 0);
  return [
    `${cpu}, ${cores} cores, load ${load.toFixed(1)}; node ${node}, gpt-tokenizer ${gptTokenizer}, ${tiktoken ? `tiktoken ${tiktoken}` : "no tiktoken"}`,
    `cl100k_base, one thread: ${grouped(text.documents)} documents, ${grouped(text.bytes)} bytes, ${grouped(text.tokens)} tokens; medians of ${text.passes} passes after the first.`,
    "",
    line(header),
    line(widths.map((width) => "-".repeat(width))),
    ...body.map(line),
    "",
    different.length === 0
      ? "All give the same number of tokens."
      : different
          .map(
            ({ runner, tokensMore }) =>
              `${runner} gives ${grouped(Math.abs(tokensMore))} tokens ${tokensMore > 0 ? "more" : "fewer"}.`,
          )
          .join(" "),
  ].join("\n");
}
