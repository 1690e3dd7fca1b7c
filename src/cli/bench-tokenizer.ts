/** @file `npx lacuna bench tokenizer`: encoding, beside gpt-tokenizer and tiktoken. */
import type { Command } from "commander";
import { benchTokenizer, formatTokenizerBench } from "../bench/index.js";
import { liveLine } from "./live.js";
import { numberOf } from "./options.js";

interface TokenizerFlags {
  text?: string[];
  maxBytes: number;
  passes: number;
  peers: boolean;
  json?: boolean;
}

export function addTokenizerBench(bench: Command): void {
  bench
    .command("tokenizer")
    .description(
      "Times encoding with cl100k_base, with offsets and without, beside gpt-tokenizer and Python's tiktoken where present.",
    )
    .option("--text <paths...>", "files or folders of text (default: the embedded WordNet pages)")
    .option("--max-bytes <number>", "bytes of text to encode", numberOf, 10e6)
    .option("--passes <number>", "timed passes after the first", numberOf, 5)
    .option("--no-peers", "do not time gpt-tokenizer and tiktoken")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nSo that tokenizing never limits scoring: a core should encode faster than the models read.\ntiktoken is looked for in python3, or in the interpreter LACUNA_PYTHON names; it gets our ranks, nothing is downloaded.\n\nExamples:\n  $ npx lacuna bench tokenizer\n  $ npx lacuna bench tokenizer --no-peers --passes 3 --json",
    )
    .action(async ({ text, json, ...flags }: TokenizerFlags) => {
      const live = liveLine();
      const result = await benchTokenizer({
        ...flags,
        ...(text && { files: text }),
        onProgress: (what) => live.show(what),
      });
      live.clear();
      console.log(json ? JSON.stringify(result, null, 2) : formatTokenizerBench(result));
    });
}
