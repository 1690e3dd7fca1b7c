import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { openHfModel, parseHook } from "./index.js";
import { GPT2, LLAMA, writeSyntheticModel } from "./testing/synthetic.js";

const llama3 = {
  ...{ rope_type: "llama3", rope_theta: 500_000, factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
  original_max_position_embeddings: 16,
};
const gemma2 = {
  ...{ ...LLAMA, model_type: "gemma2", num_hidden_layers: 2, head_dim: 6, query_pre_attn_scalar: 10 },
  ...{ attn_logit_softcapping: 2, sliding_window: 5 },
};
const neox = {
  ...{ model_type: "gpt_neox", vocab_size: 40, hidden_size: 16, intermediate_size: 32, num_hidden_layers: 2 },
  ...{ num_attention_heads: 2, max_position_embeddings: 64 },
};

/**
 * Weights by formula (below), and what transformers 5.23 (float32, eager attention) makes of them: the stream after the
 * last block at the last token, first five values. interop/models.test.ts compares everything, with Python.
 */
const PINNED: [string, Record<string, unknown>, number[]][] = [
  ["gemma2", gemma2, [3.043369, -4.314358, -7.646076, -1.154544, -6.041612]],
  [
    "llama",
    { ...LLAMA, num_hidden_layers: 2, rope_parameters: llama3 },
    [0.244987, -0.119111, -1.112698, 1.326803, -2.405044],
  ],
  ["gpt2", { ...GPT2, n_layer: 2 }, [0.080527, -0.039475, -0.14416, -0.224078, -0.272821]],
  ["gpt_neox", neox, [-2.373668, -3.046957, -1.787761, 0.680278, 0.079971]],
];

describe("the maths of each architecture", () => {
  it.each(PINNED)("gives what transformers gives: %s", async (name, config, expected) => {
    const folder = join(temporaryFolder(), name);
    await writeSyntheticModel(folder, config, {
      change: (tensors) => {
        for (const [index, tensor] of Object.keys(tensors).sort().entries()) {
          const { shape, data } = tensors[tensor];
          const isGain = /norm|ln_/.test(tensor) && tensor.endsWith("weight");
          data.forEach((_, at) => {
            const wave = Math.sin(at * (0.1 + 0.01 * index) + index);
            (data as Float32Array)[at] = isGain ? 1 + 0.1 * wave : shape.length > 1 ? 0.3 * wave : 0.1 * wave;
          });
        }
      },
    });
    const model = await openHfModel(folder);
    const tokens = Uint32Array.from({ length: 12 }, (_, at) => ((7 * at + 5) % 37) + 3);
    const { states } = (await model.read([tokens], [parseHook("resid_post.1")]).next()).value;
    const last = [...states[0].subarray(11 * model.width, 11 * model.width + 5)];
    last.forEach((value, index) => {
      expect(Math.abs(value - expected[index]), `value ${index}`).toBeLessThan(2e-5);
    });
    await model.release();
  });
});
