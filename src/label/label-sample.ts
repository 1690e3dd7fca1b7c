/**
 * @file The documents of a run of `label`, split by split, in the shards' tokens and the model's, and their activations.
 */
import { join } from "node:path";
import { canonicalJson, sha256 } from "../base/hash.js";
import type { Progress } from "../base/progress.js";
import type { Split } from "../corpus/index.js";
import { type DocumentActivations, selectLatents } from "../models/index.js";
import { loadTokenizer, readTokens, type Tokenizer, type TokenShard } from "../tokens/index.js";
import { firstDocuments } from "./documents.js";
import type { DocumentsToLabel } from "./label-documents.js";
import type { LatentReader } from "./latent-reader.js";
import { toModelTokens } from "./model-documents.js";
import { storedActivations } from "./stored-activations.js";

export interface LabelSample {
  /** Of the shards. */
  tokenizer: Tokenizer;
  /** The first documents of a split. */
  documents(split: Split): DocumentsToLabel & { tokens: TokenShard };
  /** Their activations; with `keep`, of those latents, numbered in that order. */
  read(split: Split, keep?: Uint32Array): AsyncGenerator<DocumentActivations>;
}

/**
 * Activations are kept in hidden folders of `out` until the stage is finished. All latents of the train split are read
 * once: for the statistics, and again for the labels.
 */
export function openSample(
  { tokens: directory, model, documents: most }: { tokens: string; model: string; documents: number },
  reader: LatentReader,
  out: string,
  progress: Progress,
): LabelSample {
  const tokenizer = loadTokenizer(directory);
  const specials = Object.values(tokenizer.specials);
  const toModel = toModelTokens(tokenizer, reader.tokenizer === tokenizer.fingerprint ? undefined : model);
  const opened = new Map<Split, ReturnType<LabelSample["documents"]>>();
  const documents = (split: Split) => {
    const found = opened.get(split);
    if (found) return found;
    const tokens = readTokens(directory, split);
    const set = firstDocuments(tokens, specials, { documents: most });
    const made = { tokens, shard: set.documents, specials: set.specials, model: toModel(set.documents) };
    opened.set(split, made);
    return made;
  };
  const stored = (split: Split, keep?: Uint32Array) => {
    const { model } = documents(split);
    const name = keep ? `${split}-${sha256(canonicalJson([...keep])).slice(0, 16)}` : split;
    const total = model.documents.length;
    return storedActivations(
      join(out, `.activations-${name}`),
      model.documents,
      (some) => reader.read(some, keep),
      (done) => progress({ done, total, unit: "documents", detail: `reading latents of ${split}` }),
    );
  };
  return {
    tokenizer,
    documents,
    async *read(split, keep) {
      if (!keep) yield* stored(split);
      else if (keep.length === 0) yield* silent(documents(split).model.documents);
      else if (split !== "train") yield* stored(split, keep);
      else
        for await (const { document, active } of stored(split)) yield { document, active: selectLatents(active, keep) };
    },
  };
}

/** With no latent kept, nothing is active. */
function* silent(documents: readonly Uint32Array[]): Generator<DocumentActivations> {
  for (const [document, { length }] of documents.entries())
    yield {
      document,
      active: { offsets: new Uint32Array(length + 1), latents: new Uint32Array(0), values: new Float32Array(0) },
    };
}
