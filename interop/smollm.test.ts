import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../src/base/safetensors.js";
import { hookOfHiddenState, openHfModel, openTextEncoder } from "../src/models/index.js";
import { temporaryFolder } from "../src/testing/folder.js";
import { stateDistance } from "./distance.js";
import { PYTHON, python } from "./python.js";

/** Folder of the packages named in smollm.py: 90 MB, so the test skips where they are not. */
const SITE = process.env.LACUNA_SMOLLM;

const TEXT =
  "The heart is a muscular organ that pumps blood through the blood vessels of the circulatory system. Each minute it " +
  "moves about five litres, more during exercise. Physicians listen to it with a stethoscope; a murmur may point to a " +
  "valve that does not close. In 1628 William Harvey described how blood circulates, against the opinion of his time. " +
  'The ship left the harbour at dawn, and nobody on the quay said a word. "Will it rain?" asked the boy. His mother ' +
  "looked at the sky, which was the colour of slate, and laughed.";

describe.skipIf(!PYTHON || !SITE || !existsSync(SITE))("SmolLM2-135M, a real model, against transformers", () => {
  it("has the same tokens and the same states in all 30 layers", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "text.txt"), TEXT);
    python("smollm.py", SITE!, folder);
    const { tensors } = readSafetensors(join(folder, "oracle.safetensors"));
    const directory = join(folder, "model");
    const ids = openTextEncoder(directory)(TEXT);
    expect([...ids]).toEqual([...(tensors.tokens.data as Int32Array)]);
    const model = await openHfModel(directory);
    expect(model.bos.id).toBeUndefined();
    const hooks = Array.from({ length: model.layers }, (_, index) => hookOfHiddenState(index, model.layers));
    for await (const { states } of model.read([ids], hooks)) {
      const distances = states.map((found, index) =>
        stateDistance(found, tensors[`hidden_states.${index}`].data as Float32Array, model.width),
      );
      for (const index of [1, 15, 29]) {
        const { ofLargest, ofToken } = distances[index];
        console.log(
          `SmolLM2-135M, ${ids.length} tokens, hidden_states.${index}: largest difference over largest value ` +
            `${ofLargest.toExponential(1)}, worst token ${ofToken.toExponential(1)}`,
        );
      }
      for (const [index, { ofToken }] of distances.entries())
        expect(ofToken, `hidden_states.${index}`).toBeLessThan(1e-4);
    }
    await model.release();
  });
});
