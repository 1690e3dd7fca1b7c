/**
 * @file Spans: labels of pieces of text, by hand or by a judge, and how they become labels of tokens.
 *
 * A span names a document by its id and a piece of it by where it starts and ends, in UTF-8 bytes or in UTF-16 units (as
 * JavaScript, Java and most annotation tools count). Any overlap makes a token forget, white space at a span's ends
 * apart; a token that no span touches has the label its document's rest is given.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { jsonProblem, UserError } from "../base/errors.js";
import type { Labels } from "./label-documents.js";
import { UNKNOWN_LABEL } from "./label-files.js";

export const LabelSpan = z
  .object({
    id: z.string().min(1).describe("the document's id"),
    start: z.int().nonnegative(),
    end: z.int().nonnegative().describe("just behind the last unit"),
    label: z.enum(["forget", "retain", "unknown"]),
  })
  .refine(({ start, end }) => start <= end, { path: ["end"], message: "end is before start" });
export type LabelSpan = z.infer<typeof LabelSpan>;

/** How a span's start and end are counted. */
export const OFFSETS = ["utf16", "bytes"] as const;
export type Offsets = (typeof OFFSETS)[number];

/** Characters of a line of spans, at most. */
const MOST_CHARACTERS = 1_000_000;

/** Reads spans from JSONL, by document id, in reading order. @throws UserError naming the line that is wrong */
export async function readSpans(path: string): Promise<Map<string, LabelSpan[]>> {
  const spans = new Map<string, LabelSpan[]>();
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  try {
    for await (const line of lines) {
      number++;
      if (line.trim() === "") continue;
      const span = parseSpan(line, `${path}:${number}`);
      const others = spans.get(span.id);
      if (others) others.push(span);
      else spans.set(span.id, [span]);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}. Check the path.`);
  }
  return spans;
}

function parseSpan(line: string, where: string): LabelSpan {
  if (line.length > MOST_CHARACTERS) throw new UserError(`${where} is longer than ${MOST_CHARACTERS} characters.`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UserError(`${where} is not JSON: ${jsonProblem(error)}.`);
  }
  const span = LabelSpan.safeParse(value);
  if (!span.success) throw new UserError(`${where} is not a span:\n${z.prettifyError(span.error)}`);
  return span.data;
}

/** A piece of a document in UTF-8 bytes. */
export interface ByteSpan {
  start: number;
  end: number;
  label: LabelSpan["label"];
}

/**
 * Spans in bytes, without the white space at their ends.
 * @throws UserError when one ends behind its document or, in UTF-16 units, cuts a character in two
 */
export function toBytes(spans: readonly LabelSpan[], text: string, offsets: Offsets): ByteSpan[] {
  const length = offsets === "bytes" ? Buffer.byteLength(text) : text.length;
  for (const { id, start, end } of spans)
    if (end > length)
      throw new UserError(
        `A span of document ${JSON.stringify(id)} is [${start}, ${end}), its text has ${length} ${offsets === "bytes" ? "bytes" : "UTF-16 units"}. ` +
          `Were they counted in ${offsets === "bytes" ? "UTF-16 units (--offsets utf16)" : "bytes (--offsets bytes)"}, or on another text?`,
      );
  const bytes = Buffer.from(text);
  if (offsets === "bytes") return spans.map(({ start, end, label }) => ({ ...trimmed(start, end, bytes), label }));
  const bytesAt = byteOffsets(text, spans);
  return spans.map(({ start, end, label }) => ({ ...trimmed(bytesAt.get(start)!, bytesAt.get(end)!, bytes), label }));
}

const WHITE_SPACE = new Set([9, 10, 11, 12, 13, 32]);

/** A token often begins with the space before its word: a span that ends in white space must not take the next word. */
function trimmed(start: number, end: number, bytes: Uint8Array): { start: number; end: number } {
  while (start < end && WHITE_SPACE.has(bytes[start])) start++;
  while (end > start && WHITE_SPACE.has(bytes[end - 1])) end--;
  return { start, end };
}

/** The byte offset of every end of a span, in one sweep over the text. */
function byteOffsets(text: string, spans: readonly LabelSpan[]): Map<number, number> {
  const ends = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const bytes = new Map<number, number>();
  let [unit, byte] = [0, 0];
  for (const end of ends) {
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? "") && /[\udc00-\udfff]/.test(text[end] ?? ""))
      throw new UserError(`A span of document ${JSON.stringify(spans[0].id)} cuts a character in two at ${end}.`);
    byte += Buffer.byteLength(text.slice(unit, end));
    unit = end;
    bytes.set(end, byte);
  }
  return bytes;
}

/**
 * Labels a document's tokens.
 *
 * @param ends - byte at which each token ends, ascending; a special token is given no bytes
 * @param rest - label of tokens that no span touches
 * @returns 1 = forget, 0 = retain, 255 = unknown, one per token. Forget wins over unknown, unknown over retain.
 */
export function labelBySpans(
  spans: readonly ByteSpan[],
  ends: Uint32Array,
  isSpecial: Uint8Array,
  rest: 0 | 255,
): Uint8Array<ArrayBuffer> {
  const labels = new Uint8Array(ends.length);
  const touched = {
    forget: cover(spans, "forget", ends),
    unknown: cover(spans, "unknown", ends),
    retain: cover(spans, "retain", ends),
  };
  for (let token = 0; token < ends.length; token++) {
    if (isSpecial[token]) labels[token] = 0;
    else if (touched.forget[token]) labels[token] = 1;
    else if (touched.unknown[token]) labels[token] = UNKNOWN_LABEL;
    else labels[token] = touched.retain[token] ? 0 : rest;
  }
  return labels;
}

/** 1 where a span of that label overlaps a token by a byte or more; one sweep, spans sorted first. */
function cover(spans: readonly ByteSpan[], label: LabelSpan["label"], ends: Uint32Array): Uint8Array {
  const covered = new Uint8Array(ends.length);
  const sorted = spans
    .filter((span) => span.label === label && span.end > span.start)
    .sort((a, b) => a.start - b.start);
  let [next, reach] = [0, 0];
  for (let token = 0, start = 0; token < ends.length; start = ends[token++]) {
    // The farthest end of all spans that start before this token ends: overlapping spans need no merging.
    while (next < sorted.length && sorted[next].start < ends[token]) reach = Math.max(reach, sorted[next++].end);
    if (reach > start && ends[token] > start) covered[token] = 1;
  }
  return covered;
}

/** A document's label from its tokens': forget from `share` of the known ordinary ones; unknown when none is known. */
export function documentLabel(labels: Uint8Array, isSpecial: Uint8Array, share: number): number {
  let [known, forget] = [0, 0];
  for (const [token, label] of labels.entries()) {
    if (isSpecial[token] || label === UNKNOWN_LABEL) continue;
    known++;
    forget += label;
  }
  if (known === 0) return UNKNOWN_LABEL;
  return forget / known >= share ? 1 : 0;
}

/** Joins documents' labels. */
export function joinLabels(parts: readonly { tokens: Uint8Array; document: number }[]): Labels {
  const tokens = new Uint8Array(parts.reduce((sum, part) => sum + part.tokens.length, 0));
  let offset = 0;
  for (const part of parts) {
    tokens.set(part.tokens, offset);
    offset += part.tokens.length;
  }
  return { tokens, documents: Uint8Array.from(parts, ({ document }) => document) };
}
