/** @file Encoding of a text with added tokens in it: cut at them, and the text between read as before. */
import { type Cut, cutter } from "./added-pieces.js";
import type { Encoding } from "./encoding.js";
import type { AddedToken } from "./tokenizer-json.js";

/** @param start - reads text without added tokens, which is not normalized */
export function betweenTokens(start: (text: string) => Encoding, tokens: readonly AddedToken[]) {
  // The library looks for those that are not normalized first, even where nothing is normalized.
  const cuts = [false, true].flatMap((wanted) => {
    const own = tokens.filter(({ normalized }) => normalized === wanted);
    return cutter(new Map(own.map((token) => [token.content, token]))) ?? [];
  });
  return cuts.length === 0 ? start : (text: string) => cutEncoding(start, text, cuts);
}

function cutEncoding(start: (text: string) => Encoding, text: string, cuts: readonly Cut[]): Encoding {
  let pieces = [{ start: 0, end: text.length, id: -1 }];
  for (const cut of cuts) {
    pieces = pieces.flatMap((piece) => {
      if (piece.id >= 0) return [piece];
      const inner = cut(text.slice(piece.start, piece.end));
      return inner.map(({ start, end, token }) => ({
        start: piece.start + start,
        end: piece.start + end,
        id: token?.id ?? -1,
      }));
    });
  }
  let next = 0;
  let between: Encoding | undefined;
  let bytes = 0; // UTF-8 of the first `read` UTF-16 units
  let read = 0;
  let reached = 0; // the last end: a token may take along white space that the one before it took
  const moveTo = (position: number) => {
    bytes =
      position < read
        ? Buffer.byteLength(text.slice(0, position))
        : bytes + Buffer.byteLength(text.slice(read, position));
    read = position;
    return bytes;
  };
  return {
    read(ids, ends) {
      let count = 0;
      while (count < ids.length) {
        if (between) {
          const room = ends?.subarray(count);
          const written = between.read(ids.subarray(count), room);
          if (room) for (let at = 0; at < written; at++) room[at] = reached = Math.max(reached, room[at] + bytes);
          count += written;
          if (count === ids.length) break;
          between = undefined;
        }
        if (next === pieces.length) break;
        const { start: from, end, id } = pieces[next++];
        if (id < 0) {
          moveTo(from);
          between = start(text.slice(from, end));
          continue;
        }
        ids[count] = id;
        if (ends) ends[count] = reached = Math.max(reached, moveTo(end));
        count++;
      }
      return count;
    },
  };
}
