/**
 * @file Token shards: a split's documents as one array of ids, and what is known of each token.
 *
 * {split}.safetensors holds `tokens` (u32) and `doc_offsets` (u64, one more than documents); {split}.documents.jsonl
 * the ids and sources; {split}.truth.safetensors the domain of each token where the corpus knows it. A shard names the
 * tokenizer that made it and is refused beside another.
 */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { grouped, UserError } from "../base/errors.js";
import { readText, writeFileAtomic } from "../base/files.js";
import { readSafetensors, writeSafetensors } from "../base/safetensors.js";
import type { Split } from "../corpus/index.js";
import { tokenizerFingerprint } from "./tokenizer.js";

const DocumentName = z.object({ id: z.string(), source: z.string() });
export type DocumentName = z.infer<typeof DocumentName>;

export interface TokenShard {
  /** Documents back to back, each ended by end of text, shape [tokens]. */
  tokens: Uint32Array<ArrayBuffer>;
  /** Where each document starts, and the total at the end, shape [documents + 1]. */
  docOffsets: Float64Array;
  documents: DocumentName[];
  /** Of the tokenizer that made it. */
  fingerprint: string;
}

/** Domain of each token of a shard: an index into `domains`, or NO_DOMAIN. */
export interface TokenTruth {
  domains: string[];
  labels: Uint8Array<ArrayBuffer>;
}

/** Document `index` of a shard, end of text included; a view, not a copy. */
export function readDocument(shard: Pick<TokenShard, "tokens" | "docOffsets">, index: number): Uint32Array {
  return shard.tokens.subarray(shard.docOffsets[index], shard.docOffsets[index + 1]);
}

export async function writeTokens(
  directory: string,
  split: Split,
  shard: TokenShard,
  truth?: TokenTruth,
): Promise<void> {
  const { tokens, docOffsets, documents, fingerprint } = shard;
  await writeSafetensors(
    join(directory, `${split}.safetensors`),
    {
      doc_offsets: { data: BigUint64Array.from(docOffsets, BigInt), shape: [docOffsets.length] },
      tokens: { data: tokens, shape: [tokens.length] },
    },
    { tokenizer: fingerprint },
  );
  const lines = documents.map(({ id, source }) => `${JSON.stringify({ id, source })}\n`);
  await writeFileAtomic(join(directory, `${split}.documents.jsonl`), lines.join(""));
  if (!truth) return;
  await writeSafetensors(
    join(directory, `${split}.truth.safetensors`),
    { domains: { data: truth.labels, shape: [truth.labels.length] } },
    { tokenizer: fingerprint, domains: JSON.stringify(truth.domains) },
  );
}

/** @throws UserError when the splits to be read hold no token */
export function requireTokens(directory: string, tokens: number): void {
  if (tokens > 0) return;
  throw new UserError(
    `${directory} holds no token: its corpus is empty. Make the corpus again with documents in it (npx lacuna corpus), then tokenize it.`,
  );
}

/** Reads a split. @throws UserError when it is missing, corrupt, or made by another tokenizer than the one beside it. */
export function readTokens(directory: string, split: Split): TokenShard {
  const path = join(directory, `${split}.safetensors`);
  const { metadata, tensors } = readSafetensors(path, ["tokens", "doc_offsets"]);
  const { tokens, doc_offsets } = tensors;
  if (!(tokens.data instanceof Uint32Array) || !(doc_offsets.data instanceof BigUint64Array)) {
    throw new UserError(`${path} is not a token shard: it needs tokens (u32) and doc_offsets (u64).`);
  }
  const docOffsets = Float64Array.from(doc_offsets.data, Number);
  const ordered = docOffsets.every((offset, index) => index === 0 || offset >= docOffsets[index - 1]);
  if (docOffsets[0] !== 0 || docOffsets.at(-1) !== tokens.data.length || !ordered) {
    throw new UserError(
      `${path} is corrupt: its document offsets do not cover its tokens. Run "npx lacuna tokenize" again.`,
    );
  }
  requireSameTokenizer(
    { what: `Token shard ${shown(directory, split)}`, fingerprint: metadata.tokenizer },
    { what: "the tokenizer beside it", fingerprint: tokenizerFingerprint(directory) },
    'Tokenize this corpus again: "npx lacuna tokenize".',
  );
  const names = readText(join(directory, `${split}.documents.jsonl`))
    .split("\n")
    .filter(Boolean);
  if (names.length !== docOffsets.length - 1) {
    throw new UserError(
      `${shown(directory, split)} holds ${grouped(docOffsets.length - 1)} documents, its documents.jsonl ${grouped(names.length)}. Run "npx lacuna tokenize" again.`,
    );
  }
  const documents = names.map((line) => DocumentName.parse(JSON.parse(line)));
  return { tokens: tokens.data, docOffsets, documents, fingerprint: metadata.tokenizer };
}

/** The truth of a split, or undefined when the corpus has none. @throws UserError when it is corrupt. */
export function readTruth(directory: string, split: Split): TokenTruth | undefined {
  const path = join(directory, `${split}.truth.safetensors`);
  if (!existsSync(path)) return undefined;
  const { metadata, tensors } = readSafetensors(path, ["domains"]);
  const labels = tensors.domains.data;
  if (!(labels instanceof Uint8Array)) throw new UserError(`${path} is not a truth shard: domains must be u8.`);
  requireSameTokenizer(
    { what: `Truth ${basename(path)}`, fingerprint: metadata.tokenizer },
    { what: "the tokenizer beside it", fingerprint: tokenizerFingerprint(directory) },
    'Tokenize this corpus again: "npx lacuna tokenize".',
  );
  return { domains: z.array(z.string()).parse(JSON.parse(metadata.domains)), labels };
}

/** @throws UserError naming both artifacts and both fingerprints when they differ. */
export function requireSameTokenizer(
  a: { what: string; fingerprint: string | undefined },
  b: { what: string; fingerprint: string | undefined },
  remedy: string,
): void {
  if (a.fingerprint === b.fingerprint) return;
  throw new UserError(
    `${a.what} was made with tokenizer ${a.fingerprint ?? "(unnamed)"}, ${b.what} with ${b.fingerprint ?? "(unnamed)"}. ${remedy}`,
  );
}

function shown(directory: string, split: Split): string {
  return `${basename(directory)}/${split}.safetensors`;
}
