import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../src/base/safetensors.js";
import { hookOfHiddenState, openHfModel, type Place, parseHook } from "../src/models/index.js";
import { temporaryFolder } from "../src/testing/folder.js";
import { stateDistance } from "./distance.js";
import { PYTHON, python, relativeDistance } from "./python.js";

const PLACES: Place[] = ["resid_pre", "resid_post", "attn_out", "mlp_out"];
/** |difference| / |state| allowed for the worst token. */
const TOLERANCE = 1e-4;

describe.skipIf(!PYTHON)("models of other people against transformers", () => {
  it("have the same states at every hook, BOS, grouped heads, caps, windows and rotary stretching included", async () => {
    const folder = temporaryFolder();
    python("models.py", folder);
    const cases = readdirSync(folder).flatMap((file) => (file.endsWith(".safetensors") ? file.slice(0, -12) : []));
    expect(cases.length).toBe(11);
    for (const name of cases) {
      const { tensors } = readSafetensors(join(folder, `${name}.safetensors`));
      const [batch, time] = tensors.tokens.shape;
      const ids = tensors.tokens.data as Int32Array;
      const documents = Array.from({ length: batch }, (_, row) =>
        Uint32Array.from(ids.subarray(row * time, (row + 1) * time)),
      );
      const model = await openHfModel(join(folder, name), { threads: 1, window: 320 });
      const hooks = PLACES.flatMap((place) =>
        Array.from({ length: model.layers }, (_, layer) => parseHook(`${place}.${layer}`)),
      );
      const found = await collect(model.read(documents, hooks));
      const worst: Record<string, number> = {};
      hooks.forEach(({ place, layer }, index) => {
        const distance = distanceOf(
          found.map((states) => states[index]),
          tensors[`${place}.${layer}`].data as Float32Array,
          model.width,
        );
        expect(distance, `${name} ${place}.${layer}`).toBeLessThan(TOLERANCE);
        worst[place] = Math.max(worst[place] ?? 0, distance);
      });
      // The tuple of transformers: the same states, except the last one, which is normed.
      for (let index = 0; index < model.layers; index++) {
        const hook = hookOfHiddenState(index, model.layers);
        const at = hooks.findIndex(({ place, layer }) => place === hook.place && layer === hook.layer);
        const expected = tensors[`hidden_states.${index}`].data as Float32Array;
        expect(
          distanceOf(
            found.map((states) => states[at]),
            expected,
            model.width,
          ),
          `${name} ${index}`,
        ).toBeLessThan(TOLERANCE);
      }
      const last = tensors[`resid_post.${model.layers - 1}`].data as Float32Array;
      const tuple = tensors[`hidden_states.${model.layers}`].data as Float32Array;
      expect(relativeDistance(tuple, last), `${name}: the last of the tuple is normed`).toBeGreaterThan(0.01);
      await model.release();
      const figures = PLACES.map((place) => `${place} ${worst[place].toExponential(1)}`).join(", ");
      console.log(`${name}: worst token: ${figures}`);
    }
  });
});

async function collect(results: AsyncIterable<{ states: Float32Array[] }>): Promise<Float32Array[][]> {
  const all: Float32Array[][] = [];
  for await (const { states } of results) all.push(states);
  return all;
}

/** The worst token of several documents. */
function distanceOf(documents: Float32Array[], expected: Float32Array, width: number): number {
  return stateDistance(Float32Array.from(documents.flatMap((values) => [...values])), expected, width).ofToken;
}
