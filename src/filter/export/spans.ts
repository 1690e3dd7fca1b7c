/**
 * @file Marks on tokens as spans of text: in bytes, in characters (Unicode code points, as Python counts), and cut out.
 *
 * A token may end inside a character. Spans are extended to whole characters, so that what is marked is at least what
 * was scored as forget, and what is left is valid UTF-8.
 */
import type { Replacement } from "./combine.js";

/** Bytes or characters [start, end) of a text. */
export interface Span {
  start: number;
  end: number;
  /** First token of the span and the one after its last. */
  fromToken: number;
  toToken: number;
}

const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;

/** Runs of marked tokens as spans of whole characters, in bytes; touching runs are one span, tokens of no bytes none. */
export function byteSpans(utf8: Uint8Array, marks: Uint8Array, ends: Uint32Array): Span[] {
  const spans: Span[] = [];
  for (let token = 0; token < marks.length; token++) {
    let start = token === 0 ? 0 : ends[token - 1];
    let end = ends[token];
    if (marks[token] === 0 || start === end) continue;
    while (start > 0 && isContinuation(utf8[start])) start--;
    while (end < utf8.length && isContinuation(utf8[end])) end++;
    const last = spans.at(-1);
    if (last && start <= last.end) {
      last.end = Math.max(last.end, end);
      last.toToken = token + 1;
    } else spans.push({ start, end, fromToken: token, toToken: token + 1 });
  }
  return spans;
}

/** The same spans in code points. */
export function characterSpans(utf8: Uint8Array, spans: readonly Span[]): Span[] {
  let [byte, characters] = [0, 0];
  const charactersAt = (offset: number) => {
    for (; byte < offset; byte++) if (!isContinuation(utf8[byte])) characters++;
    return characters;
  };
  return spans.map((span) => ({ ...span, start: charactersAt(span.start), end: charactersAt(span.end) }));
}

/** Number of code points. */
export function characterCount(utf8: Uint8Array): number {
  let count = 0;
  for (const byte of utf8) if (!isContinuation(byte)) count++;
  return count;
}

/** What stands for a removed span in plain text. */
function standIn(replacement: Replacement, { fromToken, toToken }: Span, hidden: string): string {
  if (replacement === "nothing") return "";
  return replacement === "one-hidden" ? hidden : hidden.repeat(toToken - fromToken);
}

/** UTF-8 without the removed spans. @param hidden - the text of `<|hidden|>` */
export function cutSpans(
  utf8: Uint8Array,
  removed: readonly Span[],
  replacement: Replacement,
  hidden: string,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const span of removed) {
    parts.push(utf8.subarray(from, span.start), Buffer.from(standIn(replacement, span, hidden)));
    from = span.end;
  }
  return Buffer.concat([...parts, utf8.subarray(from)]);
}

/**
 * Where the masked spans that were not cut out lie in the text after `cutSpans`, in bytes. One sweep.
 * @param masked - sorted, in bytes of the original text; every removed span lies within one of them
 */
export function spansAfterCut(
  masked: readonly Span[],
  removed: readonly Span[],
  replacement: Replacement,
  hidden: string,
): Span[] {
  const left: Span[] = [];
  let [next, shift] = [0, 0];
  for (const span of masked) {
    let from = span.start;
    for (; next < removed.length && removed[next].start < span.end; next++) {
      const gone = removed[next];
      if (gone.start > from) left.push({ ...span, start: from + shift, end: gone.start + shift });
      shift += Buffer.byteLength(standIn(replacement, gone, hidden)) - (gone.end - gone.start);
      from = gone.end;
    }
    if (from < span.end) left.push({ ...span, start: from + shift, end: span.end + shift });
  }
  return left;
}
