/**
 * @file GPT-NeoX and Pythia (Black et al. 2022, Biderman et al. 2023): attention and MLP both read the stream before the
 * block (unless the configuration says otherwise), only the first quarter of each head turns, exact GELU.
 *
 * One matrix makes query, key and value, head by head: rows are [head, query | key | value, coordinate].
 */
import { z } from "zod";
import { add, reshape, slice, type Tensor, transpose } from "../tensor/index.js";
import type { Architecture, Block } from "./architecture.js";
import { attend, joinHeads } from "./attention.js";
import { epsilon, layers, requireHeads, size } from "./fields.js";
import { ACTIVATION_NAMES, ACTIVATIONS, layerNorm, linear } from "./pieces.js";
import { RopeFields, ropeConfig, turn } from "./rope.js";

const Config = z.looseObject({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: layers,
  num_attention_heads: size,
  max_position_embeddings: size.default(2048),
  layer_norm_eps: epsilon.default(1e-5),
  hidden_act: z.enum(ACTIVATION_NAMES).default("gelu"),
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  rotary_pct: z.number().gt(0).max(1).default(0.25),
  rotary_emb_base: z.number().positive().default(10_000),
  ...RopeFields,
});

export function gptNeoX(fields: Record<string, unknown>): Architecture {
  const config = Config.parse(fields);
  const { hidden_size: width, num_attention_heads: heads, intermediate_size: inner, layer_norm_eps: eps } = config;
  requireHeads(width, heads);
  const headSize = width / heads;
  const rope = ropeConfig(config, headSize, { share: config.rotary_pct, base: config.rotary_emb_base });
  const activation = ACTIVATIONS[config.hidden_act];

  return {
    name: "gpt_neox",
    width,
    layers: config.num_hidden_layers,
    context: config.max_position_embeddings,
    prefixes: ["gpt_neox.", ""],
    embedding: { name: "embed_in.weight", shape: [config.vocab_size, width], scale: 1 },
    beginsWithBos: false,
    block(layer): Block {
      const linears = (role: string, name: string, out: number, into: number, isBiased = true) => ({
        [role]: { name: `layers.${layer}.${name}.weight`, shape: [out, into] },
        ...(isBiased ? { [`${role}Bias`]: { name: `layers.${layer}.${name}.bias`, shape: [out] } } : {}),
      });
      const norm = (role: string, name: string) => ({
        [role]: { name: `layers.${layer}.${name}.weight`, shape: [width] },
        [`${role}Bias`]: { name: `layers.${layer}.${name}.bias`, shape: [width] },
      });
      const attention = (x: Tensor, w: Record<string, Tensor>) => {
        const [batch, time] = x.shape;
        const packed = reshape(linear(x, w.queryKeyValue, w.queryKeyValueBias), [batch, time, heads, 3 * headSize]);
        const byHead = transpose(packed, [0, 2, 1, 3]);
        const [query, key, value] = [0, 1, 2].map((part) => slice(byHead, 3, part * headSize, (part + 1) * headSize));
        const attended = attend(turn(query, rope), turn(key, rope), value, { scale: headSize ** -0.5 });
        return linear(joinHeads(attended), w.output, w.outputBias);
      };
      const mlp = (x: Tensor, w: Record<string, Tensor>) =>
        linear(activation(linear(x, w.up, w.upBias)), w.down, w.downBias);
      return {
        kind: "block",
        parameters: {
          ...norm("attentionNorm", "input_layernorm"),
          ...linears("queryKeyValue", "attention.query_key_value", 3 * width, width, config.attention_bias),
          ...linears("output", "attention.dense", width, width, config.attention_bias),
          ...norm("mlpNorm", "post_attention_layernorm"),
          ...linears("up", "mlp.dense_h_to_4h", inner, width),
          ...linears("down", "mlp.dense_4h_to_h", width, inner),
        },
        run(x, w) {
          const attended = attention(layerNorm(x, w.attentionNorm, w.attentionNormBias, eps), w);
          const middle = add(x, attended);
          const read = config.use_parallel_residual ? x : middle;
          const fed = mlp(layerNorm(read, w.mlpNorm, w.mlpNormBias, eps), w);
          return { attention: attended, mlp: fed, out: add(middle, fed) };
        },
      };
    },
  };
}
