import { describe, expect, it } from "vitest";
import { arrangeForLosses } from "./losses.js";
import { arrangeForStates } from "./states.js";
import { planCentredWindows, planWindows, readInWindows } from "./windows.js";

const END = 1;

/** A synthetic "model" whose state of a position is its token and how much of the window precedes it. */
const echo = async (_: unknown, tokens: Int32Array) => [Float32Array.from(tokens)];

async function read(documents: number[][], { context = 64, tokensPerRun = 128, reverse = false } = {}) {
  const arrange = (document: Uint32Array) => arrangeForStates(document, END, reverse);
  const results = [];
  const given = documents.map((ids) => Uint32Array.from(ids));
  for await (const { outputs } of readInWindows(given, { context, tokensPerRun, arrange, run: echo }))
    results.push([...outputs[0]]);
  return results;
}

describe("window plans", () => {
  it("for models that see both sides take every position once, with a quarter of a window around it except at the ends", () => {
    for (const time of [7, 8])
      for (let length = 1; length <= 40; length++) {
        const taken: number[] = [];
        for (const { start, from, to } of planCentredWindows(length, time)) {
          for (let position = from; position < to; position++) {
            taken.push(position);
            expect(position - start).toBeGreaterThanOrEqual(Math.min(position, Math.floor(time / 4)));
            const after = Math.min(start + time, length) - 1 - position;
            expect(after).toBeGreaterThanOrEqual(Math.min(length - 1 - position, Math.floor(time / 4)));
          }
        }
        expect(taken).toEqual(Array.from({ length }, (_, i) => i));
      }
  });

  it("take every position once, with at least half a window before it except at the start", () => {
    for (const [length, time] of [
      [1, 8],
      [8, 8],
      [9, 8],
      [12, 8],
      [13, 8],
      [100, 8],
      [100, 7],
    ]) {
      const taken: number[] = [];
      for (const { start, from, to } of planWindows(length, time)) {
        expect(to - start).toBeLessThanOrEqual(time);
        for (let position = from; position < to; position++) {
          taken.push(position);
          expect(position - start).toBeGreaterThanOrEqual(Math.min(position, Math.floor(time / 2)));
        }
      }
      expect(taken).toEqual(Array.from({ length }, (_, i) => i));
    }
  });
});

describe("reading in windows", () => {
  const document = (length: number, first = 10) => [...Array.from({ length: length - 1 }, (_, i) => first + i), END];
  const documents = [document(5), document(300), document(1), document(64), [], document(40), [7, 8, 9]];

  it("returns each token's state in natural order, documents of any length in their order", async () => {
    expect(await read(documents)).toEqual(documents);
  });

  it("flips states back when it reads from the end", async () => {
    expect(await read(documents, { reverse: true })).toEqual(documents);
  });
});

describe("arranging a document", () => {
  const document = Uint32Array.of(5, 6, 7, END);
  it("puts end-of-text first, as in the packed stream", () => {
    expect([...arrangeForStates(document, END, false).inputs]).toEqual([END, 5, 6, 7, END]);
  });
  it("reads backwards from the final end-of-text", () => {
    expect([...arrangeForStates(document, END, true).inputs]).toEqual([END, 7, 6, 5]);
  });
  it("predicts every token of the document, and says which", () => {
    const forward = arrangeForLosses(document, END, "forward");
    expect([...forward.inputs]).toEqual([END, 5, 6, 7]);
    expect([...forward.targets]).toEqual([5, 6, 7, END]);
    const reverse = arrangeForLosses(document, END, "reverse");
    expect([...reverse.inputs]).toEqual([END, 7, 6, 5]);
    expect([...reverse.targets]).toEqual([7, 6, 5, END]);
    for (const reading of [forward, reverse])
      reading.targets.forEach((target, position) => {
        expect(document[reading.tokenAt(position)]).toBe(target);
      });
  });
});
