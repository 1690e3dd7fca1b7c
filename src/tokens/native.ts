/**
 * @file Any other tokenizer.json (SentencePiece, WordPiece, normalised text) through the native library.
 *
 * The library encodes asynchronously; a worker thread does it while this thread waits, so that all tokenizers look
 * alike. Slower than byte-level. Decoding is what the file's decoder makes of it: not every kind round-trips.
 */
import { createRequire } from "node:module";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { entryBytes } from "./byte-alphabet.js";
import type { Codec, Encoded } from "./codec.js";

const ENCODE_IN_WORKER = `
const { workerData: { library, json, port, signal } } = require("node:worker_threads");
const tokenizer = require(library).Tokenizer.fromString(json);
port.on("message", async (text) => {
  let reply;
  try {
    const encoding = await tokenizer.encode(text, null, { addSpecialTokens: false });
    reply = { ids: encoding.getIds(), tokens: encoding.getTokens(), offsets: encoding.getOffsets() };
  } catch (error) {
    reply = { error: String(error) };
  }
  port.postMessage(reply);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
`;

interface Reply {
  ids: number[];
  tokens: string[];
  /** Start and end of each token in Unicode code points. */
  offsets: [number, number][];
}

const TokenizerJson = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int(), special: z.boolean() })).default([]),
  model: z.looseObject({}),
});

/** @throws UserError when the library cannot read the file. */
export function nativeCodec(value: unknown, name: string): Codec {
  const parsed = TokenizerJson.safeParse(value);
  if (!parsed.success) throw new UserError(`${name} is not a tokenizer.json: it has no model.`);
  // Without its special tokens, so that their literal strings are ordinary text.
  const json = JSON.stringify({
    ...parsed.data,
    added_tokens: parsed.data.added_tokens.filter(({ special }) => !special),
    post_processor: null,
    truncation: null,
    padding: null,
  });
  let native: NativeTokenizer;
  try {
    native = NativeTokenizer.fromString(json);
  } catch (error) {
    throw new UserError(`The tokenizer library cannot read ${name}: ${(error as Error).message}.`);
  }
  const ids = [...Object.values(native.getVocab(true)), ...parsed.data.added_tokens.map(({ id }) => id)];
  let ask: ((text: string) => Reply) | undefined;
  const encode = (text: string): Encoded => {
    ask ??= startWorker(json);
    const reply = ask(text);
    return { ids: Uint32Array.from(reply.ids), ends: byteEnds(text, reply) };
  };
  return {
    size: ids.reduce((highest, id) => Math.max(highest, id), -1) + 1,
    encode,
    encodeIds: (text) => encode(text).ids,
    *encodeBlocks(text, tokens) {
      const { ids, ends } = encode(text); // the library knows whole texts only
      for (let at = 0; at < ids.length; at += tokens)
        yield { ids: ids.slice(at, at + tokens), ends: ends.slice(at, at + tokens) };
    },
    decode(list) {
      const tokens = list.map((id) => native.idToToken(id)).filter((token) => token !== null);
      return Buffer.from(native.getDecoder()?.decode(tokens) ?? tokens.join(""));
    },
  };
}

function startWorker(json: string): (text: string) => Reply {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const library = createRequire(import.meta.url).resolve("tokenizers");
  const workerData = { library, json, port: port2, signal };
  new Worker(ENCODE_IN_WORKER, { eval: true, workerData, transferList: [port2] }).unref();
  return (text) => {
    Atomics.store(signal, 0, 0);
    port1.postMessage(text);
    Atomics.wait(signal, 0, 0);
    const reply = receiveMessageOnPort(port1)!.message as Reply | { error: string };
    if ("error" in reply) throw new Error(`The tokenizer library failed: ${reply.error}`);
    return reply;
  };
}

/**
 * Code points to UTF-8 bytes. Tokens that share one character (byte fallback, split emoji) take it byte by byte; what
 * the tokenizer dropped (white space) belongs to the token after it, at the end to the last.
 */
function byteEnds(text: string, { tokens, offsets }: Reply): Uint32Array<ArrayBuffer> {
  const bytesBefore = [0];
  for (const character of text) bytesBefore.push(bytesBefore.at(-1)! + Buffer.byteLength(character));
  let previous = 0;
  const ends = Uint32Array.from(offsets, ([, end], index) => {
    const shared = index + 1 < offsets.length && offsets[index + 1][0] < end;
    const own = /^<0x[0-9A-F]{2}>$/.test(tokens[index]) ? 1 : (entryBytes(tokens[index])?.length ?? 0);
    previous = Math.max(previous, shared ? Math.min(bytesBefore[end], previous + own) : bytesBefore[end]);
    return previous;
  });
  if (ends.length > 0) ends[ends.length - 1] = bytesBefore.at(-1)!;
  return ends;
}
