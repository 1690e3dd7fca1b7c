/** @file `npx lacuna bench score`: how fast a classifier scores here, beside the machine's own limit and PyTorch. */
import type { Command } from "commander";
import { UserError } from "../base/errors.js";
import { benchScore, comparePrecisionsOf, formatRealPrecision, formatScoreBench, SCORE_SIZES } from "../bench/index.js";
import { liveLine } from "./live.js";
import { numberOf } from "./options.js";

interface ScoreFlags {
  sizes: string[];
  rounds?: number;
  threads: number;
  peers: boolean;
  cpuTime?: boolean;
  classifier?: string;
  tokens?: string;
  labels?: string;
  json?: boolean;
}

export function addScoreBench(bench: Command): void {
  bench
    .command("score")
    .description(
      "Times biLM classifiers from token ids to stored scores, in float32 and int8, against the MatMul rate and PyTorch.",
    )
    .option("--sizes <names...>", `of ${Object.keys(SCORE_SIZES).join(", ")}`, ["13M", "28M"])
    .option("--rounds <number>", "timed rounds per size", numberOf)
    .option("--threads <number>", "threads of the native runtime; a scoring worker has 1", numberOf, 1)
    .option("--no-peers", "do not time PyTorch")
    .option("--cpu-time", "count processor time instead of the clock's, on a machine with other work")
    .option("--classifier <dir>", "instead, measure what int8 costs this classifier on its validation documents")
    .option("--tokens <dir>", "with --classifier: the token shards")
    .option("--labels <dir>", "with --classifier: their labels")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nPyTorch is looked for in python3, or in the interpreter LACUNA_PYTHON names.\n\nExamples:\n  $ npx lacuna bench score --sizes 13M\n  $ npx lacuna bench score --classifier runs/demo/classifier --tokens runs/demo/tokens --labels runs/demo/labels",
    )
    .action(async ({ json, classifier, tokens, labels, cpuTime, ...flags }: ScoreFlags) => {
      if (classifier !== undefined) {
        if (tokens === undefined || labels === undefined)
          throw new UserError(
            "The loss of F1 is measured against labels. Give --tokens and --labels with --classifier.",
          );
        const compared = await comparePrecisionsOf(classifier, { tokens, labels, threads: flags.threads });
        console.log(json ? JSON.stringify(compared, null, 2) : formatRealPrecision(compared));
        return;
      }
      const live = liveLine();
      const result = await benchScore({
        ...flags,
        clock: cpuTime ? "cpu" : "wall",
        onProgress: (text) => live.show(text),
      });
      live.clear();
      console.log(json ? JSON.stringify(result, null, 2) : formatScoreBench(result));
    });
}
