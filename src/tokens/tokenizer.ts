/**
 * @file Tokenizer: text to ids and back, with exact byte offsets and special tokens that text cannot produce.
 *
 * Synchronous. A lone surrogate, which UTF-8 cannot hold, is read as U+FFFD; everything else round-trips exactly for
 * byte-level vocabularies, the kind learnt here; others decode as their own file says.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { readJson, readText, writeFileAtomic, writeJson } from "../base/files.js";
import { canonicalJson, sha256 } from "../base/hash.js";
import { type Encoded, openCodec } from "./codec.js";
import { withSpecials } from "./pieces.js";
import {
  SPECIAL_NAMES,
  SPECIAL_TEXTS,
  type SpecialName,
  type Specials,
  SpecialsFile,
  type SpecialsFrame,
} from "./specials.js";

export interface Tokenizer {
  /** "bpe-4096", "cl100k_base", ... */
  readonly name: string;
  /** Name and hash of vocabulary and special tokens: artifacts with different fingerprints must not be mixed. */
  readonly fingerprint: string;
  /** Rows of an embedding table, special and unused ids included. */
  readonly vocabularySize: number;
  /** One more than the highest id of the vocabulary in tokenizer.json. */
  readonly entries: number;
  /** Ids that no text becomes; end-of-text and padding are the tokenizer's own where it has them. */
  readonly specials: Specials;
  /** How each is written. */
  readonly texts: Readonly<Record<SpecialName, string>>;
  /** Where the id of each is from, in words; of a vocabulary of ours left out. */
  readonly origins: Partial<Record<SpecialName, string>>;
  /** What the tokenizer itself would put around every text; `encode` never does. */
  readonly frame: SpecialsFrame;
  /** What to know before a trainer reads these ids. */
  readonly note?: string;
  /** Ids of a text; never a special token, not even for its literal string. No end of text is added. */
  encode(text: string): Uint32Array<ArrayBuffer>;
  /** Also the UTF-8 byte offset at which each token ends; a token starts where the one before it ends. */
  encodeWithOffsets(text: string): Encoded;
  /**
   * The same, for a text whose tokens should not be in memory all at once: blocks of `tokens`, the last one shorter.
   * `ends` count from the start of the text. A tokenizer that is not byte-level holds the whole result anyway.
   */
  encodeBlocks(text: string, tokens: number): Iterable<Encoded>;
  /** Text of ids. Special tokens read as in `texts`; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>): string;
  decodeBytes(ids: Iterable<number>): Uint8Array;
}

const FILES = { tokenizer: "tokenizer.json", specials: "specials.json" };

const NO_FRAME: SpecialsFrame = { before: [], after: [], text: "", isAdded: false, origin: "" };

/** Makes a tokenizer of a tokenizer.json and its special tokens. */
export function createTokenizer(json: string, file: SpecialsFile): Tokenizer {
  const { specials, texts: own = {} } = file;
  const ownTexts = new Map(
    SPECIAL_NAMES.flatMap((name) => (own[name] === undefined ? [] : [[specials[name], own[name]]])),
  );
  const codec = openCodec(withSpecials(json, ownTexts), file.name);
  const written = { ...SPECIAL_TEXTS, ...own };
  const texts = new Map(SPECIAL_NAMES.map((name) => [specials[name], Buffer.from(written[name])]));
  const placed = SPECIAL_NAMES.filter((name) => own[name] === undefined).map((name) => specials[name]);
  const lowest = Math.min(...placed.filter((id) => id >= codec.size || codec.decode([id]).length > 0));
  if (codec.size > lowest) {
    throw new UserError(
      `The special tokens of ${file.name} start at id ${lowest}, its vocabulary has ${codec.size} entries.`,
    );
  }
  const decodeBytes = (ids: Iterable<number>): Uint8Array => {
    const parts: Uint8Array[] = [];
    let ordinary: number[] = [];
    for (const id of ids) {
      const special = texts.get(id);
      if (!special) ordinary.push(id);
      else {
        parts.push(codec.decode(ordinary), special);
        ordinary = [];
      }
    }
    return Buffer.concat([...parts, codec.decode(ordinary)]);
  };
  return {
    name: file.name,
    fingerprint: fingerprintOf(json, file),
    vocabularySize: file.vocabularySize,
    entries: codec.size,
    specials,
    texts: written,
    origins: file.origins ?? {},
    frame: file.frame ?? NO_FRAME,
    note: file.note,
    encode: (text) => codec.encodeIds(wellFormed(text)),
    encodeWithOffsets: (text) => codec.encode(wellFormed(text)),
    encodeBlocks: (text, tokens) => codec.encodeBlocks(wellFormed(text), tokens),
    decode: (ids) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(decodeBytes(ids)),
    decodeBytes,
  };
}

/** Reads the tokenizer stored in an artifact. @throws UserError when tokenizer.json or specials.json is wrong. */
export function loadTokenizer(directory: string): Tokenizer {
  const { json, specials } = readFiles(directory);
  return createTokenizer(json, specials);
}

/** The fingerprint of the tokenizer in a directory, without opening it. */
export function tokenizerFingerprint(directory: string): string {
  const { json, specials } = readFiles(directory);
  return fingerprintOf(json, specials);
}

/** Writes tokenizer.json and specials.json. */
export async function writeTokenizer(directory: string, json: string, specials: SpecialsFile): Promise<void> {
  await writeFileAtomic(join(directory, FILES.tokenizer), json);
  await writeJson(join(directory, FILES.specials), specials);
}

/** Copies a directory's tokenizer into another artifact, byte for byte. */
export async function copyTokenizer(from: string, to: string): Promise<void> {
  const { json, specials } = readFiles(from);
  await writeTokenizer(to, json, specials);
}

/** The two files of a stored tokenizer. */
export function readFiles(directory: string): { json: string; specials: SpecialsFile } {
  if (!existsSync(join(directory, FILES.specials))) {
    throw new UserError(`${directory} holds no ${FILES.specials}. Make a tokenizer with "npx lacuna tokenizer".`);
  }
  return {
    json: readText(join(directory, FILES.tokenizer)),
    specials: readJson(join(directory, FILES.specials), SpecialsFile),
  };
}

/** By the ids alone, not by what files called them. */
function fingerprintOf(json: string, { name, vocabularySize, specials }: SpecialsFile): string {
  const file = canonicalJson({ name, vocabularySize, specials });
  return `${name}:${sha256(`${sha256(json)}${file}`).slice(0, 16)}`;
}

/** UTF-8 has no lone surrogates: each becomes U+FFFD. Node has these two functions, TypeScript's ES2023 not yet. */
function wellFormed(text: string): string {
  const string = text as unknown as { isWellFormed(): boolean; toWellFormed(): string };
  return string.isWellFormed() ? text : string.toWellFormed();
}
