/**
 * @file Documents of any length through read-outs of one model, a run of windows at a time.
 *
 * Windows are those of windows.ts: tokens are copied into the next free row of a batch of windows about as long, and a full
 * batch is run. Nothing the size of a document is made here; what comes out goes to the caller window by window.
 */
import { windowsOf, windowTime } from "../windows.js";
import type { ReadOutPrograms } from "./programs.js";

/** Consecutive tokens with their read-outs, those of one window: token `first + i * step` has values[r][at + i], i < count. */
export interface Span {
  first: number;
  step: 1 | -1;
  count: number;
  at: number;
  /** Index of the window in its document. Windows may come in any order. */
  window: number;
  /** Per read-out; only valid during the call. */
  values: readonly Float32Array[];
}

/** Told every token of a document once, window by window. */
export type TakeSpan = (span: Span) => void;

export interface DocumentReader {
  /** Queues a document and runs the batches that become full. */
  add(document: Uint32Array, take: TakeSpan): Promise<void>;
  /** Runs what is queued. */
  flush(): Promise<void>;
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

/** Windows of one length, with as much context, that wait for a run. */
interface Batch {
  time: number;
  skip: number;
  tokens: Int32Array;
  rows: Row[];
}

/** A reader of documents that start, as their model was trained, with end-of-text. */
export function documentReader(
  programs: ReadOutPrograms,
  { endOfText, reverse, overlap = 0.5 }: DocumentReaderOptions,
): DocumentReader {
  const batches = new Map<string, Batch>();

  const batchOf = (time: number, skip: number) => {
    const key = `${time}-${skip}`;
    const tokens = () => new Int32Array(programs.batchOf(time) * time);
    const batch = batches.get(key) ?? { time, skip, tokens: tokens(), rows: [] };
    batches.set(key, batch);
    return batch;
  };
  const run = async (batch: Batch) => {
    const { rows, time, skip } = batch;
    batch.rows = [];
    batch.tokens.fill(0, rows.length * time);
    const values = await programs.run(time, skip, batch.tokens);
    for (const { take, span } of rows) take({ ...span, values });
  };

  return {
    async add(document, take) {
      const tokens = document.length;
      const ends = tokens > 0 && document[tokens - 1] === endOfText;
      // From the end, a final end-of-text serves as the one that precedes the document.
      const before = reverse && ends ? 0 : 1;
      const length = tokens + before;
      const context = windowTime(length, programs.context);
      let window = 0;
      for (const { start, from, to } of windowsOf(length, context, overlap)) {
        const skip = from - start;
        const batch = batchOf(programs.timeOf(to - start), skip);
        const row = batch.rows.length * batch.time;
        for (let i = 0; i < batch.time; i++) {
          const place = start + i - before;
          batch.tokens[row + i] =
            place < 0 ? endOfText : place >= tokens ? 0 : document[reverse ? tokens - 1 - place : place];
        }
        const place = Math.max(from - before, 0);
        const at = batch.rows.length * (batch.time - skip) + place + before - from;
        const span = { window: window++, count: to - before - place, at };
        const [first, step] = reverse ? ([tokens - 1 - place, -1] as const) : ([place, 1] as const);
        batch.rows.push({ take, span: { ...span, first, step } });
        if (row + batch.time === batch.tokens.length) await run(batch);
      }
    },
    async flush() {
      for (const batch of batches.values()) if (batch.rows.length > 0) await run(batch);
    },
  };
}
