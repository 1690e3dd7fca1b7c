/**
 * @file Byte-level BPE in JavaScript.
 *
 * The native library's encoder is asynchronous and, with the objects it hands back, several times slower than this
 * loop over cached words; it is the oracle of the tests instead. Lossless: every byte of the text is in some token, so
 * byte offsets are running sums of token lengths.
 */

import type { Codec, Encoded } from "./codec.js";
import { type Encoding, encoder } from "./encoding.js";
import type { OrdinaryModel } from "./special-entries.js";
import { betweenTokens } from "./token-encoding.js";
import { type AddedToken, type ByteLevelJson, wordPattern } from "./tokenizer-json.js";
import { packVocabulary } from "./vocabulary.js";
import { wordFinder } from "./words.js";

/** Tokens that are gathered before arrays of the right size are made. */
const BLOCK_TOKENS = 2 ** 16;

/**
 * A codec for a byte-level tokenizer.json, or undefined when the library must do it.
 *
 * @param json - with a model in which nothing is special
 * @param tokens - the file's added tokens
 * @param spelled - what to write for special tokens that the model makes
 */
export function byteLevelCodec(
  json: ByteLevelJson,
  tokens: readonly AddedToken[],
  spelled: OrdinaryModel["spelled"],
  name: string,
): Codec | undefined {
  const vocabulary = packVocabulary(json, tokens, spelled);
  if (!vocabulary) return undefined;
  const { size, offsets, bytes } = vocabulary;
  const start = betweenTokens(encoder(vocabulary, wordFinder(wordPattern(json), name)), tokens);
  const scratch: Encoded = { ids: new Uint32Array(BLOCK_TOKENS), ends: new Uint32Array(BLOCK_TOKENS) };

  return {
    size,
    encode(text) {
      const blocks = gather(start(text), scratch, true);
      const ids = joined(blocks.ids);
      blocks.ids.length = 0; // a huge text needs the room
      return { ids, ends: joined(blocks.ends) };
    },
    encodeIds: (text) => joined(gather(start(text), scratch, false).ids),
    *encodeBlocks(text, tokens) {
      const encoding = start(text);
      for (;;) {
        const [ids, ends] = [new Uint32Array(tokens), new Uint32Array(tokens)];
        const count = encoding.read(ids, ends);
        if (count > 0)
          yield { ids: count < tokens ? ids.slice(0, count) : ids, ends: count < tokens ? ends.slice(0, count) : ends };
        if (count < tokens) return;
      }
    },
    decode(ids) {
      let length = 0;
      for (const id of ids) if (id < size) length += offsets[id + 1] - offsets[id];
      const text = new Uint8Array(length);
      let to = 0;
      for (const id of ids)
        if (id < size) for (let from = offsets[id]; from < offsets[id + 1]; from++) text[to++] = bytes[from];
      return text;
    },
  };
}

/** All tokens of a text, in blocks. */
function gather(encoding: Encoding, { ids, ends }: Encoded, withEnds: boolean) {
  const blocks = { ids: [] as Uint32Array<ArrayBuffer>[], ends: [] as Uint32Array<ArrayBuffer>[] };
  for (;;) {
    const count = encoding.read(ids, withEnds ? ends : undefined);
    blocks.ids.push(ids.slice(0, count));
    if (withEnds) blocks.ends.push(ends.slice(0, count));
    if (count < ids.length) return blocks;
  }
}

function joined(blocks: readonly Uint32Array<ArrayBuffer>[]): Uint32Array<ArrayBuffer> {
  if (blocks.length === 1) return blocks[0];
  const all = new Uint32Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
