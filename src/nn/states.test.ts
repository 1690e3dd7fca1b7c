import { describe, expect, it } from "vitest";
import { GptConfig, gptShapes } from "./config.js";
import { lossReader } from "./losses.js";
import { stateReader } from "./states.js";
import {
  referenceLosses,
  referenceStream,
  syntheticParameters,
  syntheticValues,
  toSingle,
} from "./testing/reference.js";

const END = 0;
const config = GptConfig.parse({ vocabulary: 17, width: 8, layers: 2, heads: 2, context: 64, baseWidth: 8 });
const parameters = toSingle(syntheticParameters(gptShapes(config)));
const model = { config, direction: "forward" as const, parameters };

/** A synthetic document ending with end-of-text. */
const document = (length: number, seed: number) =>
  Uint32Array.from([...syntheticValues(length - 1, seed)].map((v) => 1 + Math.floor(((v + 1) / 2) * 16)).concat(END));

async function statesOf(documents: Uint32Array[], { reverse = false, layers = [0, 2], threads = 1, of = model } = {}) {
  const reader = stateReader(of, END, { batch: 2, threads });
  const states: Float32Array[][] = [];
  for await (const read of reader.read(documents, { layers, reverse })) states[read.document] = read.states;
  await reader.release();
  return states;
}

/** Tokens whose state differs, in natural order. */
function changed(a: Float32Array, b: Float32Array): number[] {
  const tokens = a.length / config.width;
  const row = (all: Float32Array, token: number) => all.subarray(token * config.width, (token + 1) * config.width);
  return Array.from({ length: tokens }, (_, token) => token).filter(
    (token) => Math.max(...row(a, token).map((value, i) => Math.abs(value - row(b, token)[i]))) > 1e-6,
  );
}

describe("a state reader", () => {
  const before = document(20, 5);
  const place = 9;
  const after = before.with(place, (before[place] % 16) + 1);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  it("reading forward, gives token t a state that depends on tokens <= t only", async () => {
    const [[, a], [, b]] = await statesOf([before, after]);
    expect(changed(a, b)).toEqual(range(place, 20));
  });

  it("reading in reverse, gives token t a state that depends on tokens >= t only", async () => {
    const [[, a], [, b]] = await statesOf([before, after], { reverse: true });
    expect(changed(a, b)).toEqual(range(0, place + 1));
  });

  it("gives a document the same bits alone and among others", async () => {
    const target = document(150, 1);
    const others = [document(40, 2), document(70, 3), document(6, 4), document(200, 6)];
    for (const threads of [1, 2]) {
      const [alone] = await statesOf([target], { threads });
      const among = await statesOf([others[0], others[1], target, others[2], others[3]], { threads });
      expect(among[2]).toEqual(alone);
    }
  });

  it("gives any layer the same values whatever else is asked for", async () => {
    const target = [document(30, 1)];
    const [[embedding]] = await statesOf(target, { layers: [0] });
    const [[first, zeroth]] = await statesOf(target, { layers: [1, 0] });
    const [[again]] = await statesOf(target, { layers: [1] });
    expect(zeroth).toEqual(embedding);
    expect(changed(first, again)).toEqual([]);
    const row = parameters["model.embed_tokens.weight"].subarray(target[0][3] * 8, target[0][3] * 8 + 8);
    expect([...embedding.subarray(3 * 8, 4 * 8)]).toEqual([...row]);
  });

  it("returns one state per token for documents longer than the context", async () => {
    const [states] = await statesOf([document(333, 8)]);
    expect(states.map((layer) => layer.length)).toEqual([333 * 8, 333 * 8]);
    expect(changed(states[1], new Float32Array(333 * 8))).toHaveLength(333);
  });
});

describe("an encoder's state reader", () => {
  const encoder = { ...model, config: { ...config, bidirectional: true } };
  const before = document(20, 5);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  it("gives every token a state that depends on both sides, the embedding aside", async () => {
    const after = before.with(9, (before[9] % 16) + 1);
    const [a, b] = await statesOf([before, after], { layers: [0, 1, 2], of: encoder });
    expect(changed(a[0], b[0])).toEqual([9]);
    for (const layer of [1, 2]) expect(changed(a[layer], b[layer])).toEqual(range(0, 20));
  });

  it("computes the states of the maths on the document alone: what fills a window up is not seen", async () => {
    const [[states]] = await statesOf([before], { layers: [2], of: encoder });
    const values = syntheticParameters(gptShapes(config));
    const expected = referenceStream(encoder.config, values, [END, ...before])[2]
      .slice(1)
      .flat();
    expect(Math.max(...states.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-4);
  });

  it("gives a document the same bits alone and among others, and has a state for every token of a long one", async () => {
    const target = document(150, 1);
    const [alone] = await statesOf([target], { of: encoder });
    const among = await statesOf([document(40, 2), document(6, 4), target, document(200, 6)], { of: encoder });
    expect(among[2]).toEqual(alone);
    expect(changed(alone[1], new Float32Array(150 * 8))).toHaveLength(150);
  });
});

describe("a loss reader", () => {
  it("gives the loss of every token of a document, read after end-of-text", async () => {
    const reader = lossReader(model, END, { batch: 2 });
    const target = document(20, 3);
    const inputs = [END, ...target.subarray(0, 19)];
    const expected = referenceLosses(config, syntheticParameters(gptShapes(config)), inputs, target);
    for await (const { losses } of reader.read([target]))
      losses.forEach((loss, token) => {
        expect(loss).toBeCloseTo(expected[token], 4);
      });
    await reader.release();
  });

  it("gives windows the losses that documents get", async () => {
    const reader = lossReader(model, END, { batch: 2 });
    const target = document(64, 9);
    const inputs = Int32Array.from([END, ...target.subarray(0, 63)]);
    const windows = await reader.windows(inputs, Int32Array.from(target));
    for await (const { losses } of reader.read([target]))
      losses.forEach((loss, token) => {
        expect(windows[token]).toBeCloseTo(loss, 5);
      });
    await reader.release();
  });
});
