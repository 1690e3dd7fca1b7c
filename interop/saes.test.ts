import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../src/base/safetensors.js";
import { openSae, readSae } from "../src/models/index.js";
import { temporaryFolder } from "../src/testing/folder.js";
import { PYTHON, python } from "./python.js";

const TOLERANCE = 1e-5;

describe.skipIf(!PYTHON)("sparse autoencoders in real file formats against NumPy", () => {
  it("encode and rebuild states as their definitions say", async () => {
    const folder = temporaryFolder();
    python("saes.py", folder);
    const cases = readdirSync(folder).flatMap((file) => (file.endsWith(".safetensors") ? file.slice(0, -12) : []));
    expect(cases.length).toBe(12);
    for (const name of cases) {
      const { states, encoded, rebuilt } = readSafetensors(join(folder, `${name}.safetensors`)).tensors;
      const definition = await readSae(join(folder, name));
      const sae = openSae(definition);
      const input = states.data as Float32Array;
      const active = await sae.encode(input);
      const dense = new Float64Array(encoded.data.length);
      for (let token = 0; token + 1 < active.offsets.length; token++)
        for (let entry = active.offsets[token]; entry < active.offsets[token + 1]; entry++)
          dense[token * definition.latents + active.latents[entry]] = active.values[entry];
      const [forth, back] = [
        distance(dense, encoded.data as Float64Array),
        distance(sae.decode(active, input), rebuilt.data as Float64Array),
      ];
      expect(forth, `${name} encoded`).toBeLessThan(TOLERANCE);
      expect(back, `${name} rebuilt`).toBeLessThan(TOLERANCE);
      const l0 = active.values.length / (active.offsets.length - 1);
      console.log(
        `${name} (${definition.format}, ${definition.hookName ?? "no hook named"}): largest difference over largest ` +
          `value: encoded ${forth.toExponential(1)}, rebuilt ${back.toExponential(1)}; L0 ${l0.toFixed(1)}`,
      );
      await sae.release();
    }
  });
});

/** Largest absolute difference over the largest absolute value. */
function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let [difference, largest] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    difference = Math.max(difference, Math.abs(found[index] - expected[index]));
    largest = Math.max(largest, Math.abs(expected[index]));
  }
  return difference / largest;
}
