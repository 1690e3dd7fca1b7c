import { describe, expect, it } from "vitest";
import { compile, spec } from "../../tensor/index.js";
import { GptConfig, gptShapes } from "../config.js";
import { gptLogits } from "../gpt.js";
import { syntheticParameters, syntheticValues, toSingle } from "../testing/reference.js";
import { cachedModel } from "./cached.js";

const config = GptConfig.parse({ vocabulary: 19, width: 24, layers: 3, heads: 2, context: 24, baseWidth: 8 });
const parameters = toSingle(syntheticParameters(gptShapes(config)));
const ids = (length: number, seed: number) =>
  Int32Array.from(syntheticValues(length, seed), (v) => Math.floor(((v + 1) / 2) * config.vocabulary));

/** Logits after each position of a text, by the whole forward pass that training and evaluation use. */
async function fullLogits(text: Int32Array): Promise<Float32Array[]> {
  const shapes = Object.fromEntries(Object.entries(gptShapes(config)).map(([name, shape]) => [name, spec(shape)]));
  const program = await compile((p, x) => gptLogits(config, p, x), [shapes, spec([1, text.length], "int32")]);
  const all = (await program.run(parameters, text)) as Float32Array;
  await program.release();
  return Array.from(text, (_, at) => all.subarray(at * config.vocabulary, (at + 1) * config.vocabulary));
}

const largestGap = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
const rowOf = (logits: Float32Array, row: number) =>
  logits.subarray(row * config.vocabulary, (row + 1) * config.vocabulary);

describe("the cached model", () => {
  it("has the logits of the whole forward pass, with prompts of several lengths and rows that stop early", async () => {
    const texts = [ids(24, 1), ids(13, 2), ids(9, 3)];
    const prompts = [texts[0].subarray(0, 7), texts[1].subarray(0, 1), texts[2].subarray(0, 6)];
    const expected = await Promise.all(texts.map(fullLogits));
    const cached = await cachedModel({ config, parameters }, { batch: 4, time: 8, capacity: 24 });
    let logits = await cached.read(prompts);
    const scale = Math.max(...expected.flat().flatMap((row) => [...row].map(Math.abs)));
    expect(scale).toBeGreaterThan(1);
    for (let step = 0; step < 24; step++) {
      const places = prompts.map(({ length }) => length - 1 + step);
      texts.forEach((text, row) => {
        if (places[row] < text.length)
          expect(largestGap(rowOf(logits, row), expected[row][places[row]]), `row ${row}, step ${step}`).toBeLessThan(
            1e-5 * scale,
          );
      });
      const next = texts.map((text, row): number | undefined => text[places[row] + 1]);
      if (next.every((id) => id === undefined)) break;
      logits = await cached.step(next);
    }
    await cached.release();
  });

  it("forgets the last batch when it reads another", async () => {
    const cached = await cachedModel({ config, parameters }, { batch: 2, time: 8, capacity: 16 });
    const [first, second] = [ids(8, 4), ids(3, 5)];
    await cached.read([second]);
    const fresh = (await cached.step([7])).slice();
    await cached.read([first]);
    await cached.step([1]);
    await cached.read([second]);
    expect(await cached.step([7])).toEqual(fresh);
    await cached.release();
  });

  it("says when a row is full, and when a shape does not fit the context", async () => {
    const cached = await cachedModel({ config, parameters }, { batch: 1, time: 4, capacity: 4 });
    await cached.read([ids(4, 6)]);
    await expect(cached.step([1])).rejects.toThrow(/no room/);
    await cached.release();
    await expect(cachedModel({ config, parameters }, { batch: 1, time: 4, capacity: 25 })).rejects.toThrow(/context/);
  });
});
