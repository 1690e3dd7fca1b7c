/**
 * @file A text cut at its added tokens, the parts between encoded by the native library.
 *
 * Added tokens are cut out twice, as the library does it: some from the text, some from what normalizing makes of each part
 * between. Each part is normalized by itself, and "▁" may be put in front of the one that begins the text and no other.
 */
import type { Normalizer } from "tokenizers";
import { UserError } from "../base/errors.js";
import { cutter } from "./added-pieces.js";
import { openInThread, type Reply } from "./library-thread.js";
import type { OrdinaryModel } from "./special-entries.js";
import { type AddedToken, type ModelJson, modelVocabulary, type TokenizerJson } from "./tokenizer-json.js";

/** How the library is to see a part: normalized already or not, the first of a text or not. */
interface Way {
  normalized: boolean;
  first: boolean;
}

/** Where an offset of a part lies in the text, in code points. */
type Place = (offset: number, isEnd: boolean) => number;

/** @returns ids of texts, offsets in code points of the text. */
export function openLibrary(
  file: TokenizerJson,
  tokens: readonly AddedToken[],
  { model, spelled }: OrdinaryModel,
  normalizer: Normalizer | null,
  name: string,
): (text: string) => Reply {
  const normalize = (text: string) => normalizer?.normalizeString(text) ?? text;
  const cut = cutter(new Map(tokens.filter(({ normalized }) => !normalized).map((token) => [token.content, token])));
  const cutNormalized = cutter(soughtNormalized(tokens, normalize, name));
  const library = variantsOf(file, model, name);
  const entries = new Map(spelled.size > 0 ? Array.from(modelVocabulary(model), ([entry, id]) => [id, entry]) : []);

  return (text) => {
    const all: Reply = { ids: [], tokens: [], offsets: [] };
    const addToken = ({ id, content }: AddedToken, start: number, end: number) => {
      all.ids.push(id);
      all.tokens.push(content);
      all.offsets.push([start, end]);
    };
    const addText = (way: Way, part: string, place: Place) => {
      const { ids, tokens, offsets } = library(way, part);
      const length = pointsBefore(part)(part.length);
      for (let at = 0; at < ids.length; at++) {
        const own = spelled.get(ids[at]) ?? [ids[at]];
        all.ids.push(...own);
        // Bytes that a suffix of words falls back to lie behind the text in the library's offsets.
        const [start, end] = offsets[at].map((offset) => Math.min(offset, length));
        for (const id of own) {
          all.tokens.push(id === ids[at] ? tokens[at] : entries.get(id)!);
          all.offsets.push([place(start, false), place(end, true)]);
        }
      }
    };
    /** A part that begins at code point `from`. */
    const addPart = (part: string, from: number) => {
      const normalized = cutNormalized ? normalize(part) : part;
      const pieces = cutNormalized?.(normalized) ?? [];
      if (!pieces.some(({ token }) => token)) {
        addText({ normalized: false, first: from === 0 }, part, (offset) => from + offset);
        return;
      }
      // Each character of the normalized part, with its place in the part itself.
      const places = normalizer ? library("characters", part).offsets : undefined;
      const points = pointsBefore(normalized);
      for (const { start, end, token } of pieces) {
        const [first, last] = [points(start), points(end)];
        const place: Place = (offset, isEnd) => {
          const point = first + offset;
          if (!places) return from + point;
          return from + (isEnd && offset > 0 ? places[point - 1][1] : (places[point]?.[0] ?? places.at(-1)![1]));
        };
        const begins = place(0, false);
        if (token) addToken(token, begins, place(last - first, true));
        else addText({ normalized: true, first: begins === 0 }, normalized.slice(start, end), place);
      }
    };
    const points = pointsBefore(text);
    for (const { start, end, token } of cut?.(text) ?? [{ start: 0, end: text.length, token: undefined }]) {
      if (token) addToken(token, points(start), points(end));
      else addPart(text.slice(start, end), points(start));
    }
    return all;
  };
}

/** Tokens by what is looked for in normalized text. @throws UserError where that would be the same for two */
function soughtNormalized(
  tokens: readonly AddedToken[],
  normalize: (text: string) => string,
  name: string,
): Map<string, AddedToken> {
  const sought = new Map<string, AddedToken>();
  for (const token of tokens) {
    if (!token.normalized) continue;
    const string = normalize(token.content);
    const other = sought.get(string);
    if (string === "" && token.special) continue;
    if (string === "" || (other && !(other.special && token.special)))
      throw new UserError(
        `The normalizer of ${name} makes ${string === "" ? "nothing" : `"${string}"`} of its added token "${token.content}"${other ? `, and of "${other.content}"` : ""}, so that text cannot be told to have it. Set "normalized" to false for it in a copy of the file.`,
      );
    sought.set(string, token);
  }
  return sought;
}

/** The library with and without normalizing, for the beginning of a text and for the rest. */
function variantsOf(file: TokenizerJson, model: ModelJson, name: string) {
  const { normalizer = null, pre_tokenizer = null } = file;
  const later = withoutFirst(pre_tokenizer);
  const differs = JSON.stringify(later) !== JSON.stringify(pre_tokenizer);
  const settings = (normalizer: unknown, pre_tokenizer: unknown) =>
    JSON.stringify({ version: "1.0", added_tokens: [], normalizer, pre_tokenizer });
  const characters = { type: "BPE", vocab: { "?": 0 }, merges: [], unk_token: "?", fuse_unk: false };
  let ask: ReturnType<typeof start> | undefined;
  const start = () =>
    openInThread(
      { own: JSON.stringify(model), characters: JSON.stringify(characters) },
      {
        first: { settings: settings(normalizer, pre_tokenizer), model: "own" },
        later: { settings: settings(normalizer, later), model: "own" },
        firstNormalized: { settings: settings(null, pre_tokenizer), model: "own" },
        laterNormalized: { settings: settings(null, later), model: "own" },
        characters: { settings: settings(normalizer, null), model: "characters" },
      },
    );
  return (way: Way | "characters", text: string): Reply => {
    ask ??= start();
    try {
      if (way === "characters") return ask(way, text);
      const place = way.first || !differs ? "first" : "later";
      return ask(way.normalized && normalizer ? `${place}Normalized` : place, text);
    } catch (error) {
      throw new UserError(
        `${name} cannot encode a text of ${text.length} characters: ${(error as Error).message}. Its vocabulary has no token for something in it, not even one for unknown text.`,
      );
    }
  };
}

/** A pre-tokenizer for what does not begin a text: Metaspace may put "▁" before the first part only. */
function withoutFirst(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFirst);
  if (typeof value !== "object" || value === null) return value;
  const own = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutFirst(inner)]));
  return own.type === "Metaspace" && own.prepend_scheme === "first" ? { ...own, prepend_scheme: "never" } : own;
}

/** Code points before a position of a text; fast for rising positions. */
function pointsBefore(text: string): (position: number) => number {
  let [at, points] = [0, 0];
  return (position) => {
    if (position < at) [at, points] = [0, 0];
    for (; at < position; points++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
    return points;
  };
}
