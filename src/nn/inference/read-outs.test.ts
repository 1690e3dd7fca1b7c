import { describe, expect, it } from "vitest";
import { GptConfig, gptShapes } from "../config.js";
import { stateReader } from "../states.js";
import { syntheticParameters, syntheticValues, toSingle } from "../testing/reference.js";
import { documentReader, type ReadOut, readOutPrograms } from "./index.js";
import type { ReadOutOptions } from "./programs.js";

const END = 0;
const config = GptConfig.parse({ vocabulary: 17, width: 24, layers: 3, heads: 2, context: 160, baseWidth: 8 });
const parameters = toSingle(syntheticParameters(gptShapes(config)));
const model = { config, direction: "forward" as const, parameters };
const weightsOf = (seed: number) => Float32Array.from(syntheticValues(config.width, seed));

/** A synthetic document ending with end-of-text. */
const document = (length: number, seed: number) =>
  Uint32Array.from([...syntheticValues(length - 1, seed)].map((v) => 1 + Math.floor(((v + 1) / 2) * 16)).concat(END));
/** Shorter than the shortest window, between, exactly one, and several windows long; one without end-of-text. */
const documents = [
  document(5, 1),
  document(70, 2),
  document(159, 3),
  document(500, 4),
  document(41, 5).subarray(0, 40),
];

async function readOutsOf(
  readOuts: ReadOut[],
  { reverse = false, overlap, given = documents, ...options }: ReadOutOptions & ReadOptions = {},
) {
  const programs = readOutPrograms(model, readOuts, options);
  const reader = documentReader(programs, { endOfText: END, reverse, overlap });
  const values = given.map((ids) => readOuts.map(() => new Float64Array(ids.length).fill(Number.NaN)));
  for (const [index, ids] of given.entries()) {
    await reader.add(ids, ({ first, step, count, at, values: found }) => {
      for (let i = 0; i < count; i++)
        for (let r = 0; r < readOuts.length; r++) {
          expect(values[index][r][first + i * step]).toBeNaN();
          values[index][r][first + i * step] = found[r][at + i];
        }
    });
  }
  await reader.flush();
  await programs.release();
  return values;
}

interface ReadOptions {
  reverse?: boolean;
  overlap?: number;
  given?: Uint32Array[];
}

/** The same from the states that the traced model gives. */
async function fromStates(readOuts: ReadOut[], reverse: boolean) {
  const reader = stateReader(model, END);
  const values: Float64Array[][] = [];
  const layers = readOuts.map(({ layer }) => layer);
  for await (const { states } of reader.read(documents, { layers, reverse }))
    values.push(
      states.map((state, r) =>
        Float64Array.from({ length: state.length / config.width }, (_, token) =>
          readOuts[r].weights.reduce((sum, weight, j) => sum + weight * state[token * config.width + j], 0),
        ),
      ),
    );
  await reader.release();
  return values;
}

function largestDifference(a: Float64Array[][], b: Float64Array[][]) {
  const flat = (values: Float64Array[][]) => values.flatMap((one) => one.flatMap((r) => [...r]));
  const [x, y] = [flat(a), flat(b)];
  expect(x).toHaveLength(y.length);
  const scale = Math.max(...y.map(Math.abs));
  return (
    Math.max(...x.map((value, i) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.abs(value - y[i])))) / scale
  );
}

describe("linear read-outs of the residual stream", () => {
  it("equal the traced model's states times the weights, at every layer, both ways, in windows of every length", async () => {
    for (const layers of [
      [0, 0],
      [1, 3],
      [3, 2],
    ]) {
      const readOuts = layers.map((layer, r) => ({ layer, weights: weightsOf(r + 7) }));
      for (const reverse of [false, true]) {
        const difference = largestDifference(
          await readOutsOf(readOuts, { reverse }),
          await fromStates(readOuts, reverse),
        );
        expect(difference).toBeLessThan(1e-5);
      }
    }
  });

  it("do not depend on what is read beside a document: same bits, in float32 and in int8", async () => {
    const readOuts = [{ layer: 3, weights: weightsOf(7) }];
    for (const [precision, threads] of [
      ["f32", 1],
      ["f32", 2],
      ["int8", 2],
    ] as const) {
      const among = await readOutsOf(readOuts, { precision, threads });
      const turned = await readOutsOf(readOuts, { precision, threads, given: documents.toReversed() });
      expect(turned.reverse()).toEqual(among);
      for (const index of [1, 3])
        expect(await readOutsOf(readOuts, { precision, threads, given: [documents[index]] })).toEqual([among[index]]);
    }
  });

  it("in int8 are near those in float32, and not the same", async () => {
    const readOuts = [{ layer: 3, weights: weightsOf(7) }];
    const difference = largestDifference(await readOutsOf(readOuts, { precision: "int8" }), await readOutsOf(readOuts));
    expect(difference).toBeGreaterThan(1e-5);
    expect(difference).toBeLessThan(0.1);
  });

  it("see less context with less overlap, and every token still once", async () => {
    const readOuts = [{ layer: 3, weights: weightsOf(7) }];
    const [usual, none] = [await readOutsOf(readOuts), await readOutsOf(readOuts, { overlap: 0 })];
    expect(none.flat(2).some((values) => values.some(Number.isNaN))).toBe(false);
    expect(none.slice(0, 3)).toEqual(usual.slice(0, 3));
    expect(none[3][0].subarray(0, 159)).toEqual(usual[3][0].subarray(0, 159));
    expect(none[3][0].subarray(159)).not.toEqual(usual[3][0].subarray(159));
  });
});
