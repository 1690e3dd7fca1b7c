/**
 * @file Whole documents through a model of limited context, in overlapping windows.
 *
 * Windows start every half context; a token's result comes from the first window that holds it, the one that gives it
 * most context (at least half a window, except near the document's start). Nothing is truncated. Windows of
 * many documents share a batch of fixed shape, filled up with zeros; short documents go to graphs of shorter windows, by
 * their own length only. So a document's result does not depend on what is read beside it.
 */

/** A document as a model reads it. */
export interface Reading {
  /** What goes in, starting with end-of-text as in the training stream. */
  inputs: Int32Array;
  /** What comes next at each position; equal in length to `inputs`. */
  targets: Int32Array;
  /** Token of the document (natural order) to which a position's result belongs; outside 0..tokens-1 when to none. */
  tokenAt: (position: number) => number;
  /** Tokens in the document. */
  tokens: number;
}

/** Positions [from, to) of a document are taken from the window that begins at `start`. */
export interface Window {
  start: number;
  from: number;
  to: number;
}

/**
 * Covers positions 0..length-1 with windows of `time`, one after another.
 *
 * @param overlap - share of a window that repeats the one before, as context; in [0, 1)
 */
export function* windowsOf(length: number, time: number, overlap = 0.5): Generator<Window> {
  const stride = Math.max(1, Math.floor(time * (1 - overlap)));
  yield { start: 0, from: 0, to: Math.min(length, time) };
  for (let start = stride; start + time - stride < length; start += stride)
    yield { start, from: start + time - stride, to: Math.min(length, start + time) };
}

/** Covers positions 0..length-1 with windows of `time`, half overlapping. */
export function planWindows(length: number, time: number): Window[] {
  return [...windowsOf(length, time)];
}

/**
 * The same for models that see both sides: a result comes from the window in whose middle half its position lies, so that
 * it has at least a quarter of a window on each side, except near the document's ends.
 */
export function planCentredWindows(length: number, time: number): Window[] {
  const stride = Math.max(1, Math.floor(time / 2));
  const margin = Math.floor((time - stride) / 2);
  const count = 1 + Math.max(0, Math.ceil((length - time) / stride));
  return Array.from({ length: count }, (_, index) => {
    const start = index * stride;
    return {
      start,
      from: index === 0 ? 0 : start + margin,
      to: index === count - 1 ? length : start + margin + stride,
    };
  });
}

/** Shortest windows worth a graph of their own. */
const SHORTEST = 32;

/** Window length for a document: the context halved as often as the document allows. */
export function windowTime(length: number, context: number): number {
  let time = context;
  while (time % 2 === 0 && time / 2 >= Math.max(length, SHORTEST)) time /= 2;
  return time;
}

/**
 * Runs one batch: tokens and targets [batch, time] -> per output, [batch, time, width] row-major.
 * `isText` [batch, time] is 0 where a window is only filled up. What it returns is read before the next call.
 */
export type RunWindows = (
  shape: { batch: number; time: number },
  tokens: Int32Array,
  targets: Int32Array,
  isText: Float32Array<ArrayBuffer>,
) => Promise<Float32Array[]>;

/** One document's result, per output [tokens, width] in natural token order. */
export interface DocumentResult {
  document: number;
  outputs: Float32Array[];
}

interface Pending extends DocumentResult {
  reading: Reading;
  windowsLeft: number;
}

export interface ReadOptions {
  context: number;
  /** Tokens in a batch of windows; at least one window. */
  tokensPerRun: number;
  arrange: (document: Uint32Array) => Reading;
  run: RunWindows;
  /** Which windows cover a document; by default those that give a token most of what comes before it. */
  plan?: (length: number, time: number) => Window[];
}

/** Documents held back at most before unfinished batches are run. */
const MOST_PENDING = 1024;

/** Reads documents, yielding their results in the order they came. Memory is bounded by the documents pending. */
export async function* readInWindows(
  documents: Iterable<Uint32Array>,
  { context, tokensPerRun, arrange, run, plan = planWindows }: ReadOptions,
): AsyncGenerator<DocumentResult> {
  const queues = new Map<number, { pending: Pending; window: Window }[]>();
  const waiting: Pending[] = [];
  const batchOf = (time: number) => Math.max(1, Math.floor(tokensPerRun / time));

  const flush = async (time: number) => {
    const batch = batchOf(time);
    const taken = queues.get(time)!.splice(0, batch);
    const [tokens, targets] = [new Int32Array(batch * time), new Int32Array(batch * time)];
    const isText = new Float32Array(batch * time);
    taken.forEach(({ pending: { reading }, window: { start } }, row) => {
      const inputs = reading.inputs.subarray(start, start + time);
      tokens.set(inputs, row * time);
      isText.fill(1, row * time, row * time + inputs.length);
      targets.set(reading.targets.subarray(start, start + time), row * time);
    });
    const outputs = await run({ batch, time }, tokens, targets, isText);
    taken.forEach(({ pending, window }, row) => {
      scatter(outputs, pending, window, row, time, batch);
    });
  };
  const finished = function* () {
    while (waiting.length > 0 && waiting[0].windowsLeft === 0) {
      const { document, outputs } = waiting.shift()!;
      yield { document, outputs };
    }
  };

  let document = 0;
  for (const tokens of documents) {
    const reading = arrange(tokens);
    const time = windowTime(reading.inputs.length, context);
    const windows = plan(reading.inputs.length, time);
    const pending = { document: document++, outputs: [], reading, windowsLeft: windows.length };
    waiting.push(pending);
    if (!queues.has(time)) queues.set(time, []);
    const queue = queues.get(time)!;
    queue.push(...windows.map((window) => ({ pending, window })));
    while (queue.length >= batchOf(time)) await flush(time);
    if (waiting.length > MOST_PENDING) await flushAll();
    yield* finished();
  }
  await flushAll();
  yield* finished();

  async function flushAll() {
    for (const [time, queue] of queues) while (queue.length > 0) await flush(time);
  }
}

/** Copies what a window knows best into its document's outputs. */
function scatter(outputs: Float32Array[], to: Pending, window: Window, row: number, time: number, batch: number) {
  outputs.forEach((output, index) => {
    const width = output.length / (batch * time);
    const target = (to.outputs[index] ??= new Float32Array(to.reading.tokens * width));
    for (let position = window.from; position < window.to; position++) {
      const token = to.reading.tokenAt(position);
      if (token < 0 || token >= to.reading.tokens) continue;
      const from = (row * time + position - window.start) * width;
      target.set(output.subarray(from, from + width), token * width);
    }
  });
  to.windowsLeft--;
}
