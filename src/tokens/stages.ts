/** @file The `tokenizer` and `tokenize` stages. */
import { basename, join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readText } from "../base/files.js";
import { defineStage, readManifest } from "../base/stage.js";
import { readDocuments, SPLITS } from "../corpus/index.js";
import { openCodec } from "./codec.js";
import { NAMED_TOKENIZERS, namedTokenizer } from "./named.js";
import { writeTokens } from "./shards.js";
import { placeSpecials, SPECIAL_NAMES } from "./specials.js";
import { tokenizeCorpus } from "./tokenize.js";
import { copyTokenizer, loadTokenizer, writeTokenizer } from "./tokenizer.js";
import { MAX_TRAINED_ENTRIES, trainByteLevelBpe } from "./train.js";

export const TokenizerOptions = z.object({
  corpus: z.string().optional().describe("corpus to learn a vocabulary from (its train split)"),
  name: z.enum(NAMED_TOKENIZERS).optional().describe("a published vocabulary instead"),
  file: z.string().optional().describe("a Hugging Face tokenizer.json instead"),
  vocabulary: z
    .int()
    .min(320)
    .max(MAX_TRAINED_ENTRIES - 48)
    .multipleOf(64)
    .default(4096)
    .describe("rows to learn, special tokens included; a multiple of 64"),
  trainingBytes: z.int().positive().default(16_000_000).describe("bytes of train documents to learn from"),
});

export const tokenizerStage = defineStage({
  name: "tokenizer",
  summary: "Learns a byte-level BPE vocabulary, or takes a published one.",
  why: "A small vocabulary made for the corpus lets small models learn; a published one makes results comparable.",
  examples: [
    "npx lacuna tokenizer --corpus runs/corpus --out runs/tokenizer",
    "npx lacuna tokenizer --name cl100k_base --out runs/cl100k",
  ],
  version: 1,
  options: TokenizerOptions,
  inputs: ["corpus", "file"],
  async run({ corpus, name, file, vocabulary, trainingBytes }, { out, progress }) {
    if ([corpus, name, file].filter((given) => given !== undefined).length !== 1) {
      throw new UserError("A tokenizer is learnt or taken from one place: give one of --corpus, --name and --file.");
    }
    if (corpus !== undefined) {
      readManifest(corpus, "corpus");
      const texts = await trainingTexts(corpus, trainingBytes);
      progress({ done: 0, total: 1, unit: "vocabularies", detail: `learning from ${texts.length} documents` });
      const json = await trainByteLevelBpe(texts, vocabulary - SPECIAL_NAMES.length, join(out, ".training"));
      await save(out, json, `bpe-${vocabulary}`);
    } else if (name !== undefined) {
      const { json, specials } = await namedTokenizer(name);
      await writeTokenizer(out, json, specials);
    } else {
      await save(out, readText(file!), basename(file!, ".json"));
    }
    const tokenizer = loadTokenizer(out);
    progress({ done: 1, total: 1, unit: "vocabularies" });
    return {
      fingerprint: tokenizer.fingerprint,
      vocabularySize: tokenizer.vocabularySize,
      specials: tokenizer.specials,
    };
  },
});

/** Special tokens go above every id the file uses. */
async function save(out: string, json: string, name: string): Promise<void> {
  await writeTokenizer(out, json, placeSpecials(name, openCodec(json, name).size));
}

/** The first train documents, up to `maxBytes`: the corpus is stored in seeded random order, so they are a sample. */
async function trainingTexts(corpus: string, maxBytes: number): Promise<string[]> {
  const texts: string[] = [];
  let bytes = 0;
  for await (const { text, split } of readDocuments(corpus)) {
    if (split !== "train") continue;
    bytes += Buffer.byteLength(text);
    if (bytes > maxBytes && texts.length > 0) break;
    texts.push(text);
  }
  return texts;
}

export const TokenizeOptions = z.object({
  corpus: z.string().describe("corpus to tokenize"),
  tokenizer: z.string().describe("tokenizer to use"),
});

export const tokenizeStage = defineStage({
  name: "tokenize",
  summary: "Turns a corpus into token shards, one per split, with the truth of each token where it is known.",
  why: "Tokens are read many times; text is tokenized once.",
  examples: ["npx lacuna tokenize --corpus runs/corpus --tokenizer runs/tokenizer --out runs/tokens"],
  version: 1,
  options: TokenizeOptions,
  inputs: ["corpus", "tokenizer"],
  async run({ corpus, tokenizer: tokenizerPath }, { out, progress }) {
    readManifest(corpus, "corpus");
    const tokenizer = loadTokenizer(tokenizerPath);
    const tokenized = await tokenizeCorpus(readDocuments(corpus), tokenizer, progress);
    await copyTokenizer(tokenizerPath, out);
    for (const split of SPLITS) await writeTokens(out, split, tokenized[split].shard, tokenized[split].truth);
    const counts = SPLITS.map((split) => {
      const { shard, truth } = tokenized[split];
      const byDomain = truth?.domains.map((domain, index) => [domain, truth.labels.filter((l) => l === index).length]);
      return [
        split,
        {
          documents: shard.documents.length,
          tokens: shard.tokens.length,
          ...(byDomain && { domains: Object.fromEntries(byDomain) as Record<string, number> }),
        },
      ] as const;
    });
    return { tokenizer: tokenizer.fingerprint, splits: Object.fromEntries(counts) };
  },
});
