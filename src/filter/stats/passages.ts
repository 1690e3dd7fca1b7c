/**
 * @file The text around borderline tokens: documents re-read from their input and tokenized again.
 *
 * A document must still be the one that was scored (CRC-32 and token count say so). Each input is read once, as far as
 * the last document wanted of it.
 */
import { crc32 } from "node:zlib";
import { UserError } from "../../base/errors.js";
import type { Progress } from "../../base/progress.js";
import { type DocumentRow, openRows } from "../../corpus/input/index.js";
import { byteSpans } from "../export/spans.js";
import { isForget } from "../forget.js";
import type { ScoredCorpus } from "../job/scored.js";
import type { Borderline } from "./borderline.js";

/** Text with one verdict. */
export interface Segment {
  text: string;
  isForget: boolean;
  /** The token the passage is about. */
  isFocus: boolean;
}

export interface Passage {
  id: string;
  source: string;
  /** Record number in the input, from 0. */
  row: number;
  /** Index of the token in its document, and how many that has with end-of-text. */
  token: number;
  tokens: number;
  /** Scores in [0, 1]. */
  score: number;
  documentScore: number;
  /** Whether the passage begins and ends with its document. */
  isStart: boolean;
  isEnd: boolean;
  segments: Segment[];
}

/**
 * Reads the passages of borderline tokens, in the same order.
 * @param around - tokens at or above it are forget
 * @throws UserError when an input is gone or has changed since it was scored
 */
export async function readPassages(
  job: ScoredCorpus,
  borderline: readonly Borderline[],
  around: number,
  progress: Progress = () => {},
): Promise<Passage[]> {
  const passages = new Map<Borderline, Passage>();
  for (const shard of new Set(borderline.map((one) => one.shard))) {
    const wanted = new Map(borderline.filter((one) => one.shard === shard).map((one) => [one.row, one]));
    const { uri } = job.plan.inputs[shard];
    for await (const row of openRows(job.plan.inputs[shard], { ...job.plan.settings, mayLackText: true }).rows) {
      const one = wanted.get(row.row);
      if (!one) continue;
      if (row.kind !== "document" || crc32(row.text) !== one.crc32) throw changed(uri, one);
      passages.set(one, passageOf(job, one, row, around));
      progress({ done: passages.size, total: borderline.length, unit: "passages" });
      wanted.delete(row.row);
      if (wanted.size === 0) break;
    }
    for (const one of wanted.values()) throw changed(uri, one);
  }
  return borderline.map((one) => passages.get(one)!);
}

function changed(uri: string, { row }: Borderline): UserError {
  return new UserError(`${uri} has changed since it was scored: record ${row} is another one. Score this input again.`);
}

function passageOf(job: ScoredCorpus, one: Borderline, { id, text }: DocumentRow, around: number): Passage {
  const { source, uri } = job.plan.inputs[one.shard];
  const tokenizer = job.tokenizer();
  const { ends } = tokenizer.encodeWithOffsets(text);
  if (ends.length + 1 !== one.tokens) {
    throw new UserError(
      `${uri}, record ${one.row}: the scores are of ${one.tokens} tokens, ${tokenizer.name} makes ${ends.length + 1} of this text. Score this input again.`,
    );
  }
  const to = one.from + one.window.length;
  return {
    ...{ id, source, row: one.row, token: one.token, tokens: one.tokens },
    ...{ score: one.score / 255, documentScore: one.documentScore / 255 },
    ...{ isStart: one.from === 0, isEnd: to === ends.length },
    segments: segmentsOf(Buffer.from(text), ends, one, around),
  };
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;
const FORGET = 1;
const FOCUS = 2;

/** The window's text, cut where the verdict changes, at whole characters: a token may end inside one. */
function segmentsOf(utf8: Buffer, ends: Uint32Array, { from, window, token }: Borderline, around: number): Segment[] {
  let start = from === 0 ? 0 : ends[from - 1];
  let end = ends[from + window.length - 1];
  while (start > 0 && isContinuation(utf8[start])) start--;
  while (isContinuation(utf8[end])) end++;
  const shown = utf8.subarray(start, end);
  const shownEnds = ends.slice(from, from + window.length).map((offset) => offset - start);
  const focus = new Uint8Array(window.length);
  focus[token - from] = 1;
  const verdicts = new Uint8Array(shown.length);
  for (const [marks, flag] of [
    [isForget(window, around), FORGET],
    [focus, FOCUS],
  ] as const) {
    for (const span of byteSpans(shown, marks, shownEnds)) {
      for (let byte = span.start; byte < span.end; byte++) verdicts[byte] |= flag;
    }
  }
  const segments: Segment[] = [];
  for (let at = 0; at < shown.length; ) {
    let next = at + 1;
    while (next < shown.length && verdicts[next] === verdicts[at]) next++;
    const verdict = verdicts[at];
    segments.push({
      text: shown.toString("utf8", at, next),
      isForget: (verdict & FORGET) !== 0,
      isFocus: (verdict & FOCUS) !== 0,
    });
    at = next;
  }
  return segments;
}
