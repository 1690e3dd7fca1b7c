/**
 * @file history.jsonl: one line per step. It survives kill -9: lines are flushed to disk before the checkpoint they
 * belong to, and a resumed run first cuts off what came after its checkpoint, so the file ends up the same.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { writeFileAtomic } from "../base/files.js";

/** One step; `step` counts from 1, tokens are totals so far (raw: positions read, padding included), losses are nats per token. */
export interface HistoryLine {
  step: number;
  loss: number;
  lr: number;
  rawTokens: number;
  effectiveTokens: number;
  /** Mean loss on fixed windows of the raw validation split, where it was measured. */
  validation?: number;
  /** What a finetuning run measured, where it did. */
  evaluation?: Record<string, number>;
}

export interface History {
  add(line: HistoryLine): void;
  /** Writes what is pending and waits until it is on disk. */
  flush(): void;
  /** Every line that was flushed, from the first step on. */
  lines(): HistoryLine[];
}

/** Opens the history of a run that goes on after `steps` steps (0: a fresh one). */
export async function openHistory(path: string, steps: number): Promise<History> {
  const lines = steps > 0 && existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, steps) : [];
  if (lines.length !== steps) throw new Error(`${path} has ${lines.length} lines, its checkpoint ${steps} steps`);
  await writeFileAtomic(path, lines.map((line) => `${line}\n`).join(""));
  let pending = "";
  return {
    add: (line) => {
      pending += `${JSON.stringify(line)}\n`;
    },
    flush: () => {
      const file = openSync(path, "a");
      try {
        writeSync(file, pending);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      pending = "";
    },
    lines: () =>
      readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as HistoryLine),
  };
}
