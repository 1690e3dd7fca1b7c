/**
 * @file GPT-2 (Radford et al. 2019): learned positions, LayerNorm before attention and MLP, biases everywhere, and
 * linear layers stored [in, out], the other way round from all the others (transformers calls them Conv1D).
 */
import { z } from "zod";
import { add, matmul, slice, type Tensor } from "../tensor/index.js";
import type { Architecture, Block } from "./architecture.js";
import { attend, joinHeads, splitHeads } from "./attention.js";
import { epsilon, layers, requireHeads, size } from "./fields.js";
import { ACTIVATION_NAMES, ACTIVATIONS, layerNorm } from "./pieces.js";

const Config = z.looseObject({
  vocab_size: size,
  n_embd: size,
  n_layer: layers,
  n_head: size,
  n_positions: size.default(1024),
  n_inner: size.nullish(),
  layer_norm_epsilon: epsilon.default(1e-5),
  activation_function: z.enum(ACTIVATION_NAMES).default("gelu_new"),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  add_cross_attention: z.literal(false, "cross-attention is not supported").optional(),
});

export function gpt2(fields: Record<string, unknown>): Architecture {
  const config = Config.parse(fields);
  const { n_embd: width, n_head: heads, layer_norm_epsilon: eps } = config;
  requireHeads(width, heads);
  const inner = config.n_inner ?? 4 * width;
  const activation = ACTIVATIONS[config.activation_function];

  return {
    name: "gpt2",
    width,
    layers: config.n_layer,
    context: config.n_positions,
    prefixes: ["transformer.", ""],
    embedding: { name: "wte.weight", shape: [config.vocab_size, width], scale: 1 },
    positions: { name: "wpe.weight", shape: [config.n_positions, width] },
    beginsWithBos: false,
    block(layer): Block {
      const inverse = config.scale_attn_by_inverse_layer_idx ? 1 / (layer + 1) : 1;
      const scale = (config.scale_attn_weights ? (width / heads) ** -0.5 : 1) * inverse;
      const parameter = (name: string, ...shape: number[]) => ({ name: `h.${layer}.${name}`, shape });
      const linears = (role: string, name: string, into: number, out: number) => ({
        [role]: parameter(`${name}.weight`, into, out),
        [`${role}Bias`]: parameter(`${name}.bias`, out),
      });
      const norm = (role: string, name: string) => ({
        [role]: parameter(`${name}.weight`, width),
        [`${role}Bias`]: parameter(`${name}.bias`, width),
      });
      const dense = (x: Tensor, w: Record<string, Tensor>, role: string) => add(matmul(x, w[role]), w[`${role}Bias`]);
      const attention = (x: Tensor, w: Record<string, Tensor>) => {
        const all = dense(x, w, "queryKeyValue");
        const [query, key, value] = [0, 1, 2].map((part) =>
          splitHeads(slice(all, 2, part * width, (part + 1) * width), heads),
        );
        return dense(joinHeads(attend(query, key, value, { scale })), w, "output");
      };
      return {
        kind: config.scale_attn_by_inverse_layer_idx ? `block ${layer}` : "block",
        parameters: {
          ...norm("attentionNorm", "ln_1"),
          ...linears("queryKeyValue", "attn.c_attn", width, 3 * width),
          ...linears("output", "attn.c_proj", width, width),
          ...norm("mlpNorm", "ln_2"),
          ...linears("up", "mlp.c_fc", width, inner),
          ...linears("down", "mlp.c_proj", inner, width),
        },
        run(x, w) {
          const attended = attention(layerNorm(x, w.attentionNorm, w.attentionNormBias, eps), w);
          const middle = add(x, attended);
          const normed = layerNorm(middle, w.mlpNorm, w.mlpNormBias, eps);
          const fed = dense(activation(dense(normed, w, "up")), w, "down");
          return { attention: attended, mlp: fed, out: add(middle, fed) };
        },
      };
    },
  };
}
