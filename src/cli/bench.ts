/** @file `npx lacuna bench`: what this machine reaches, beside its own limit and our peers. */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { BENCH_SIZES, benchTrain, formatBench } from "../bench/index.js";
import { coordinateCheck, formatCoordinates } from "../nn/index.js";
import { addScoreBench } from "./bench-score.js";
import { addTokenizerBench } from "./bench-tokenizer.js";
import { liveLine } from "./live.js";
import { numberOf } from "./options.js";

interface TrainFlags {
  sizes: string[];
  steps?: number;
  threads: number;
  peers: boolean;
  json?: boolean;
}

export function addBenchCommand(program: Command): void {
  const bench = program.command("bench").description("Measures this machine. Nothing is written.");
  bench
    .command("train")
    .description(
      "Times a full training step against the MatMul rate of the same moment, jax-js in wasm and PyTorch where present.",
    )
    .option("--sizes <names...>", `of ${Object.keys(BENCH_SIZES).join(", ")}`, ["S", "M", "L"])
    .option("--steps <number>", "timed steps per size", numberOf)
    .option("--threads <number>", "threads of the native runtime", numberOf, availableParallelism())
    .option("--no-peers", "do not time jax-js and PyTorch")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nPyTorch is looked for in python3, or in the interpreter LACUNA_PYTHON names.\n\nExamples:\n  $ npx lacuna bench train\n  $ npx lacuna bench train --sizes S --no-peers --json",
    )
    .action(async ({ json, ...flags }: TrainFlags) => {
      const live = liveLine();
      const result = await benchTrain({ ...flags, onProgress: (text) => live.show(text) });
      live.clear();
      console.log(json ? JSON.stringify(result, null, 2) : formatBench(result));
    });
  addScoreBench(bench);
  addTokenizerBench(bench);
  bench
    .command("coordinates")
    .description(
      "Shows muP at work: activations and updates stay the same size from width 64 to 512; without it they grow.",
    )
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  $ npx lacuna bench coordinates")
    .action(async ({ json }: { json?: boolean }) => {
      const rows = await coordinateCheck();
      console.log(json ? JSON.stringify(rows, null, 2) : formatCoordinates(rows));
    });
}
