import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeJson } from "../src/base/files.js";
import { random } from "../src/base/random.js";
import { readSafetensors, writeSafetensors } from "../src/base/safetensors.js";
import { ADAMW, compileTrainer, initialState, parameterRules, saveModel } from "../src/nn/index.js";
import { temporaryFolder } from "../src/testing/folder.js";
import { PYTHON, python, relativeDistance } from "./python.js";

const causal = { vocabulary: 128, width: 48, layers: 2, heads: 3, context: 32, baseWidth: 64, ropeBase: 10_000 };
const [steps, batch, lr] = [4, 3, 0.01];

describe.skipIf(!PYTHON)("GPT against PyTorch", () => {
  it.each([
    { name: "a language model", config: causal },
    { name: "an encoder", config: { ...causal, bidirectional: true } },
  ])("$name has the same losses and the same parameters after some steps of masked training", async ({ config }) => {
    const folder = temporaryFolder();
    const state = initialState(config, 5);
    await saveModel(join(folder, "model"), { config, direction: "forward", parameters: state.parameters });
    const rng = random(5, "interop batches");
    const size = batch * config.context;
    const draw = (below: number) => Int32Array.from({ length: steps * size }, () => rng.integer(below));
    const [tokens, targets, mask] = [draw(20), draw(128), draw(2)];
    const shape = [steps, batch, config.context];
    const stored = { tokens: { data: tokens, shape }, targets: { data: targets, shape }, mask: { data: mask, shape } };
    await writeSafetensors(join(folder, "batches.safetensors"), stored);
    await writeJson(join(folder, "settings.json"), {
      lr,
      weight_decay: ADAMW.weightDecay,
      rules: parameterRules(config),
    });
    python("gpt.py", folder);
    const oracle = readSafetensors(join(folder, "oracle.safetensors")).tensors;

    const trainer = await compileTrainer(config, { batch, threads: 2 });
    trainer.load(state);
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const cut = <A extends Int32Array>(all: A) => all.subarray(step * size, (step + 1) * size);
      const lossMask = Uint8Array.from(cut(mask));
      losses.push((await trainer.step({ tokens: cut(tokens), targets: cut(targets), lossMask }, step + 1, lr)).loss);
    }
    const trained = trainer.state().parameters;
    await trainer.release();
    await saveModel(join(folder, "trained"), { config, direction: "forward", parameters: trained });
    const ours = readSafetensors(join(folder, "trained", "model.safetensors")).tensors;
    expect(relativeDistance(losses, oracle.losses.data as Float64Array)).toBeLessThan(1e-5);
    for (const name of Object.keys(ours)) {
      const distance = relativeDistance(
        ours[name].data as Float32Array,
        oracle[`parameter.${name}`].data as Float64Array,
      );
      expect(distance, name).toBeLessThan(1e-3);
    }
  });
});
