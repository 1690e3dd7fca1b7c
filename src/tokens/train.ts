/**
 * @file Training a byte-level BPE with Hugging Face's native trainer.
 *
 * The Node trainer takes no options and always learns 30,000 entries; merges are learnt greedily, so the first merges
 * of a large vocabulary are exactly a smaller vocabulary. The 256 bytes come first, whether or not the text holds them,
 * so nothing is unencodable. The trainer writes to standard output and blocks its thread, hence a child process.
 */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { z } from "zod";
import { readJson, writeFileAtomic } from "../base/files.js";
import { BYTE_CHARACTERS } from "./byte-alphabet.js";
import { writeByteLevelJson } from "./tokenizer-json.js";

/** What the trainer learns at most, the text's alphabet included. */
export const MAX_TRAINED_ENTRIES = 30_000;

const TRAIN_IN_CHILD = `
const [library, input, output] = process.argv.slice(1);
const { Tokenizer, BPE, byteLevelPreTokenizer } = require(library);
const tokenizer = new Tokenizer(BPE.empty());
tokenizer.setPreTokenizer(byteLevelPreTokenizer(false, true));
tokenizer.train([input]);
tokenizer.save(output);
`;

/**
 * Learns merges from text.
 *
 * @param texts - training documents; never validation or test
 * @param entries - ordinary vocabulary wanted, at least 256; fewer come back when the text is too small to learn more
 * @param scratch - path prefix for two temporary files
 * @returns tokenizer.json; the same text gives the same bytes
 */
export async function trainByteLevelBpe(texts: Iterable<string>, entries: number, scratch: string): Promise<string> {
  const input = `${scratch}.txt`;
  const output = `${scratch}.json`;
  try {
    const lines = function* () {
      for (const text of texts) yield Buffer.from(`${text}\n`);
    };
    await writeFileAtomic(input, lines());
    const library = createRequire(import.meta.url).resolve("tokenizers");
    await promisify(execFile)(process.execPath, ["-e", TRAIN_IN_CHILD, library, input, output], { maxBuffer: 2 ** 26 });
    const trained = readJson(
      output,
      z.object({ model: z.object({ merges: z.array(z.tuple([z.string(), z.string()])) }) }),
    );
    const merges = trained.model.merges.slice(0, entries - BYTE_CHARACTERS.length);
    const vocab = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
    let next = BYTE_CHARACTERS.length;
    for (const [left, right] of merges) vocab[left + right] ??= next++;
    return writeByteLevelJson(vocab, merges);
  } finally {
    await rm(input, { force: true });
    await rm(output, { force: true });
  }
}
