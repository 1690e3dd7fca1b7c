/**
 * @file Documents of any length through read-outs of one model, a run of windows at a time.
 *
 * Windows are those of windows.ts: tokens are copied into the next free row of a batch of their window length, and a full
 * batch is run. Nothing the size of a document is made here; what comes out goes to the caller window by window.
 */
import { windowsOf } from "../windows.js";
import type { ReadOutPrograms } from "./programs.js";

/** Consecutive tokens with their read-outs: token `first + i * step` has values[r][at + i], i < count. */
export interface Span {
  first: number;
  step: 1 | -1;
  count: number;
  at: number;
  /** Per read-out; only valid during the call. */
  values: readonly Float32Array[];
}

/** Told every token of a document once, in reading order. */
export type TakeSpan = (span: Span) => void;

export interface DocumentReader {
  /** Queues a document and runs the batches that become full. */
  add(document: Uint32Array, take: TakeSpan): Promise<void>;
  /** Runs what is queued. */
  flush(): Promise<void>;
  /** Positions run so far, without those that fill up a batch. */
  positions(): number;
}

export interface DocumentReaderOptions {
  endOfText: number;
  /** Read from the end. */
  reverse: boolean;
  /** Share of a window that repeats the one before, as context; in [0, 1). */
  overlap?: number;
}

interface Row {
  take: TakeSpan;
  span: Omit<Span, "values">;
}

/** Windows of one length that wait for a run. */
interface Batch {
  time: number;
  tokens: Int32Array;
  rows: Row[];
}

/** A reader of documents that start, as their model was trained, with end-of-text. */
export function documentReader(
  programs: ReadOutPrograms,
  { endOfText, reverse, overlap = 0.5 }: DocumentReaderOptions,
): DocumentReader {
  const batches = new Map<number, Batch>();
  let positions = 0;

  const run = async (batch: Batch) => {
    const { rows, time } = batch;
    batch.rows = [];
    batch.tokens.fill(0, rows.length * time);
    const values = await programs.run(time, batch.tokens);
    for (const { take, span } of rows) take({ ...span, values });
  };

  return {
    async add(document, take) {
      const tokens = document.length;
      const ends = tokens > 0 && document[tokens - 1] === endOfText;
      // From the end, a final end-of-text serves as the one that precedes the document.
      const before = reverse && ends ? 0 : 1;
      const length = tokens + before;
      const time = programs.timeOf(length);
      if (!batches.has(time))
        batches.set(time, { time, tokens: new Int32Array(programs.batchOf(time) * time), rows: [] });
      const batch = batches.get(time)!;
      for (const { start, from, to } of windowsOf(length, time, overlap)) {
        const row = batch.rows.length * time;
        for (let i = 0; i < time; i++) {
          const place = start + i - before;
          batch.tokens[row + i] =
            place < 0 ? endOfText : place >= tokens ? 0 : document[reverse ? tokens - 1 - place : place];
        }
        positions += Math.min(time, length - start);
        const place = Math.max(from - before, 0);
        const span = { count: to - before - place, at: row + place + before - start, step: reverse ? -1 : 1 } as const;
        batch.rows.push({ take, span: { ...span, first: reverse ? tokens - 1 - place : place } });
        if (batch.rows.length * time === batch.tokens.length) await run(batch);
      }
    },
    async flush() {
      for (const batch of batches.values()) if (batch.rows.length > 0) await run(batch);
    },
    positions: () => positions,
  };
}
