/** @file A small synthetic corpus with forget spans, as arrays and as artifacts on disk. For tests. */
import { join } from "node:path";
import { z } from "zod";
import { writeJson } from "../../base/files.js";
import { defineStage, runStage } from "../../base/stage.js";
import { Policy, viewOf, writeScores } from "../../filter/index.js";
import type { Direction } from "../../nn/index.js";
import { BYTE_CHARACTERS } from "../../tokens/byte-alphabet.js";
import {
  placeSpecials,
  type TokenShard,
  tokenizerFingerprint,
  writeTokenizer,
  writeTokens,
} from "../../tokens/index.js";
import { writeByteLevelJson } from "../../tokens/tokenizer-json.js";
import { type Stream, streamOf } from "../batches.js";

export const SPECIALS = placeSpecials("bytes", 256);
export const { endOfText: END, hidden: HIDDEN } = SPECIALS.specials;

/** A linear congruential generator of its own: integers below `below`. */
function integers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export interface SyntheticCorpus extends TokenShard {
  tokenScores: Uint8Array<ArrayBuffer>;
  documentScores: Uint8Array<ArrayBuffer>;
}

/** Documents of 3 to 40 letters; spans of capital letters are forget (score 255), every fifth document is all capitals. */
export function syntheticCorpus(documents = 60, seed = 11): SyntheticCorpus {
  const integer = integers(seed);
  const tokens: number[] = [];
  const [offsets, tokenScores, documentScores] = [[0], [] as number[], [] as number[]];
  for (let document = 0; document < documents; document++) {
    const length = 3 + integer(38);
    let isForget = false;
    for (let i = 0; i < length; i++) {
      if (integer(4) === 0) isForget = !isForget;
      const forget = isForget || document % 5 === 0;
      tokens.push((forget ? 65 : 97) + integer(26));
      tokenScores.push(forget ? 255 : 0);
    }
    tokens.push(END);
    tokenScores.push(0);
    documentScores.push(document % 5 === 0 ? 255 : 0);
    offsets.push(tokens.length);
  }
  return {
    tokens: Uint32Array.from(tokens),
    docOffsets: Float64Array.from(offsets),
    documents: offsets.slice(1).map((_, index) => ({ id: `synthetic-${index}`, source: "synthetic" })),
    fingerprint: "",
    tokenScores: Uint8Array.from(tokenScores),
    documentScores: Uint8Array.from(documentScores),
  };
}

/** A corpus in training order under a method. */
export function syntheticStream(
  corpus: SyntheticCorpus,
  method: Policy["method"],
  direction: Direction = "forward",
): Stream {
  const { tokens, tokenScores, documentScores, docOffsets } = corpus;
  const view = viewOf({ method, threshold: 0.5 }, tokens, tokenScores, documentScores, docOffsets, SPECIALS.specials);
  return streamOf(view, tokens, docOffsets, END, direction);
}

const none = z.object({});
const fixture = (name: string, run: (out: string) => Promise<void>) =>
  defineStage({
    ...{ name, summary: "fixture", why: "tests", examples: [], version: 1, options: none, inputs: [] },
    run: (_, { out }) => run(out).then(() => ({})),
  });

/** Writes token shards, scores and one policy per method; returns their folders. */
export async function writeArtifacts(folder: string, corpus: SyntheticCorpus, startAt = 0) {
  const tokens = join(folder, "tokens");
  const writeShards = async (out: string) => {
    const vocabulary = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
    await writeTokenizer(out, writeByteLevelJson(vocabulary, []), SPECIALS);
    const shard = { ...corpus, fingerprint: tokenizerFingerprint(out) };
    for (const split of ["train", "validation", "test"] as const) await writeTokens(out, split, shard);
  };
  await runStage(fixture("tokenize", writeShards), {}, tokens);
  const scores = join(folder, "scores");
  const shard = { ...corpus, tokenizer: tokenizerFingerprint(tokens), classifier: "synthetic" };
  await runStage(
    fixture("score", (out) => writeScores(join(out, "train.safetensors"), shard)),
    {},
    scores,
  );
  const policies: Record<string, string> = {};
  for (const method of ["none", "document", "mask", "remove"] as const) {
    policies[method] = join(folder, method);
    const policy = Policy.parse({ domain: "synthetic", method, threshold: 0.5, startAt });
    await runStage(
      fixture("filter", (out) => writeJson(join(out, "policy.json"), policy)),
      {},
      policies[method],
    );
  }
  return { tokens, scores, policies };
}
