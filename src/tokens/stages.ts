/** @file The `tokenizer` and `tokenize` stages. */
import { basename, join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readText } from "../base/files.js";
import { defineStage, readManifest } from "../base/stage.js";
import { readDocuments, SPLITS } from "../corpus/index.js";
import { openCodec } from "./codec.js";
import { describeFrame, describeSpecials } from "./describe-specials.js";
import { NAMED_TOKENIZERS, namedTokenizer } from "./named.js";
import { filesBeside, readBeside } from "./own-files.js";
import { ownSpecials } from "./own-specials.js";
import { type TokenShard, writeTokens } from "./shards.js";
import { placeSpecials, SPECIAL_NAMES } from "./specials.js";
import { tokenizeCorpus } from "./tokenize.js";
import { copyTokenizer, loadTokenizer, writeTokenizer } from "./tokenizer.js";
import { MAX_TRAINED_ENTRIES, trainByteLevelBpe } from "./train.js";

export const TokenizerOptions = z.object({
  corpus: z.string().optional().describe("corpus to learn a vocabulary from (its train split)"),
  name: z.enum(NAMED_TOKENIZERS).optional().describe("a published vocabulary instead"),
  file: z.string().optional().describe("a Hugging Face tokenizer.json instead; what lies beside it is read too"),
  eos: z.string().optional().describe("with --file: the token that ends documents, a piece or an id"),
  pad: z.string().optional().describe("with --file: the token that fills rows up, a piece or an id"),
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
    "npx lacuna tokenizer --file Qwen3-0.6B/tokenizer.json --out runs/qwen",
  ],
  version: 1,
  options: TokenizerOptions,
  inputs: ["corpus", "file"],
  beside: ({ file }) => (file === undefined ? undefined : filesBeside(file)),
  async run({ corpus, name, file, eos, pad, vocabulary, trainingBytes }, { out, progress }) {
    if ([corpus, name, file].filter((given) => given !== undefined).length !== 1) {
      throw new UserError("A tokenizer is learnt or taken from one place: give one of --corpus, --name and --file.");
    }
    if (file === undefined && (eos ?? pad) !== undefined)
      throw new UserError("--eos and --pad are tokens of a --file; other vocabularies have theirs. Leave them out.");
    if (corpus !== undefined) {
      readManifest(corpus, "corpus");
      const texts = await trainingTexts(corpus, trainingBytes);
      progress({ done: 0, total: 1, unit: "vocabularies", detail: `learning from ${texts.length} documents` });
      const json = await trainByteLevelBpe(texts, vocabulary - SPECIAL_NAMES.length, join(out, ".training"));
      const named = `bpe-${vocabulary}`;
      await writeTokenizer(out, json, placeSpecials(named, openCodec(json, named).size));
    } else if (name !== undefined) {
      const { json, specials } = await namedTokenizer(name);
      await writeTokenizer(out, json, specials);
    } else {
      const json = readText(file!);
      await writeTokenizer(out, json, ownSpecials(json, basename(file!, ".json"), readBeside(file!), { eos, pad }));
    }
    const tokenizer = loadTokenizer(out);
    progress({ done: 1, total: 1, unit: "vocabularies" });
    return {
      fingerprint: tokenizer.fingerprint,
      vocabularySize: tokenizer.vocabularySize,
      specials: tokenizer.specials,
      ...(file !== undefined && {
        chosen: [...describeSpecials(tokenizer), describeFrame(tokenizer.frame)].filter((line) => line !== ""),
      }),
    };
  },
});

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
  if (texts.length === 0) {
    throw new UserError(
      `${corpus} has no train document to learn a vocabulary from. Make it with more documents, or smaller shares for validation and test.`,
    );
  }
  return texts;
}

/** How many documents are their end-of-text alone, where there are any: the tokenizer normalizes all of their text away. */
export function emptyDocuments({ docOffsets, documents }: TokenShard): { emptyDocuments?: number } {
  const empty = documents.filter((_, document) => docOffsets[document + 1] - docOffsets[document] === 1).length;
  return empty > 0 ? { emptyDocuments: empty } : {};
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
          ...emptyDocuments(shard),
          tokens: shard.tokens.length,
          ...(byDomain && { domains: Object.fromEntries(byDomain) as Record<string, number> }),
        },
      ] as const;
    });
    return { tokenizer: tokenizer.fingerprint, splits: Object.fromEntries(counts) };
  },
});
