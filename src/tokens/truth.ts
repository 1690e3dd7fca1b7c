/**
 * @file Truth spans of a text, carried to its tokens on UTF-8 byte offsets.
 *
 * Any overlap counts. Where one token touches several domains, the one with most of its bytes wins, the first of
 * equals. What no span touches, and end of text, is of no domain.
 */
import type { TruthSpan } from "../corpus/index.js";

/** Stored for tokens of no known domain. */
export const NO_DOMAIN = 255;

/**
 * @param ends - UTF-8 byte offset at which each token ends, shape [tokens]
 * @param domains - names; a token's label is an index into them
 * @returns labels, shape [tokens]
 */
export function truthOfTokens(
  text: string,
  spans: readonly TruthSpan[],
  ends: Uint32Array,
  domains: readonly string[],
): Uint8Array {
  const inBytes = spansInBytes(text, spans).sort((a, b) => a.start - b.start);
  const labels = new Uint8Array(ends.length).fill(NO_DOMAIN);
  const most = new Uint32Array(ends.length);
  let first = 0;
  for (const { start, end, domain } of inBytes) {
    while (first < ends.length && ends[first] <= start) first++;
    const bytesOf = (token: number) => Math.min(end, ends[token]) - Math.max(start, token === 0 ? 0 : ends[token - 1]);
    for (let token = first; token < ends.length && (token === 0 ? 0 : ends[token - 1]) < end; token++) {
      const overlap = bytesOf(token);
      if (overlap > most[token]) {
        most[token] = overlap;
        labels[token] = domains.indexOf(domain);
      }
    }
  }
  return labels;
}

/** UTF-16 offsets to UTF-8 offsets in one pass; an offset inside a surrogate pair takes in the whole character. */
function spansInBytes(text: string, spans: readonly TruthSpan[]): TruthSpan[] {
  const insidePair = (at: number) =>
    at > 0 &&
    at < text.length &&
    (text.charCodeAt(at) & 0xfc00) === 0xdc00 &&
    (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
  const rounded = spans.map(({ start, end, domain }) => ({
    start: insidePair(start) ? start - 1 : start,
    end: insidePair(end) ? end + 1 : end,
    domain,
  }));
  const offsets = new Map<number, number>();
  let at = 0;
  let bytes = 0;
  for (const position of [...new Set(rounded.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b)) {
    bytes += Buffer.byteLength(text.slice(at, position));
    at = position;
    offsets.set(position, bytes);
  }
  return rounded.map(({ start, end, domain }) => ({ start: offsets.get(start)!, end: offsets.get(end)!, domain }));
}
