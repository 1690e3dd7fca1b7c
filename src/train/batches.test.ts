import { describe, expect, it } from "vitest";
import { batchOf, checkStream, windowCount, windowSampler } from "./batches.js";
import { END, HIDDEN, type SyntheticCorpus, syntheticCorpus, syntheticStream } from "./testing/synthetic.js";

const corpus = syntheticCorpus();
const documentsOf = ({ tokens, docOffsets }: SyntheticCorpus) =>
  Array.from({ length: docOffsets.length - 1 }, (_, i) => [...tokens.subarray(docOffsets[i], docOffsets[i + 1])]);

describe("the stream", () => {
  it("is the documents end to end", () => {
    expect([...syntheticStream(corpus, "none").inputs]).toEqual(documentsOf(corpus).flat());
  });

  it("reversed, has each document's content reversed and its end-of-text last", () => {
    const expected = documentsOf(corpus).flatMap((ids) => [...ids.slice(0, -1).reverse(), END]);
    const stream = syntheticStream(corpus, "none", "reverse");
    expect([...stream.inputs]).toEqual(expected);
    expect([...stream.targets]).toEqual(expected);
  });

  it("under document, is the corpus minus the flagged documents", () => {
    const kept = documentsOf(corpus).filter((_, document) => corpus.documentScores[document] === 0);
    expect(kept.length).toBeLessThan(corpus.documentScores.length);
    const stream = syntheticStream(corpus, "document");
    expect([...stream.targets]).toEqual(kept.flat());
    expect(stream.inputs).toEqual(stream.targets);
    expect(stream.lossMask.every((counts) => counts === 1)).toBe(true);
  });

  it.each(["forward", "reverse"] as const)(
    "under remove, %s, never trains <|hidden|> and hides every forget input",
    (direction) => {
      const stream = syntheticStream(corpus, "remove", direction);
      const isForget = (id: number) => id >= 65 && id < 91;
      stream.targets.forEach((target, i) => {
        expect(target).not.toBe(HIDDEN);
        expect(stream.lossMask[i]).toBe(isForget(target) ? 0 : 1);
        expect(stream.inputs[i]).toBe(isForget(target) ? HIDDEN : target);
      });
    },
  );

  it("under mask, leaves inputs alone and drops the loss of forget targets", () => {
    const stream = syntheticStream(corpus, "mask");
    expect(stream.inputs).toEqual(stream.targets);
    expect([...stream.lossMask]).toEqual(Array.from(corpus.tokenScores, (score) => (score === 255 ? 0 : 1)));
  });
});

describe("windows", () => {
  it("overlap by one token, so that every token but the first is a target once", () => {
    const stream = syntheticStream(corpus, "none");
    const windows = windowCount(stream, 16);
    const { tokens, targets } = batchOf(
      stream,
      16,
      Uint32Array.from({ length: windows }, (_, i) => i),
    );
    expect(tokens).toEqual(stream.inputs.subarray(0, windows * 16));
    expect(targets).toEqual(stream.targets.subarray(1, windows * 16 + 1));
  });

  it("are each drawn once per epoch, in another order in the next", () => {
    const sampler = windowSampler(30, 6, 3);
    const epoch = (first: number) => [0, 1, 2, 3, 4].flatMap((step) => [...sampler.windowsOf(first + step)]);
    const all = Array.from({ length: 30 }, (_, i) => i);
    expect(epoch(0).toSorted((a, b) => a - b)).toEqual(all);
    expect(epoch(5).toSorted((a, b) => a - b)).toEqual(all);
    expect(epoch(5)).not.toEqual(epoch(0));
  });

  it("of a step do not depend on the steps asked before: resuming needs the step number alone", () => {
    const all = windowSampler(7, 4, 5);
    const walked = Array.from({ length: 20 }, (_, step) => all.windowsOf(step));
    for (const step of [19, 3, 11]) expect(windowSampler(7, 4, 5).windowsOf(step)).toEqual(walked[step]);
    expect(windowSampler(7, 4, 6).windowsOf(0)).not.toEqual(walked[0]);
  });

  it("need a stream that fills one and trains something", () => {
    const stream = syntheticStream(corpus, "none");
    expect(() => checkStream(stream, stream.inputs.length, "training split")).toThrow(/one window takes/);
    const empty = { ...stream, lossMask: new Uint8Array(stream.inputs.length) };
    expect(() => checkStream(empty, 16, "training split")).toThrow(/filters everything/);
  });
});
