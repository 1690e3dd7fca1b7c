/**
 * @file Gemma 2 (Gemma Team 2024): RMSNorm before and after attention and MLP, GeGLU, capped attention scores, and
 * blocks that take turns between a sliding window and the whole context.
 *
 * The embedding is multiplied by sqrt(width). transformers rounds that factor to the type the model is loaded in
 * (59.866 in float32, 59.75 in bfloat16 for the 9B); Lacuna computes in float32 and so does its factor.
 */
import { z } from "zod";
import { add, mul, type Tensor } from "../tensor/index.js";
import type { Architecture, Block } from "./architecture.js";
import { attend, joinHeads, splitHeads } from "./attention.js";
import { epsilon, layers, requireHeads, size } from "./fields.js";
import { ACTIVATION_NAMES, ACTIVATIONS, linear, rmsNormPlusOne } from "./pieces.js";
import { RopeFields, ropeConfig, turn } from "./rope.js";

const Config = z.looseObject({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: layers,
  num_attention_heads: size,
  num_key_value_heads: size,
  head_dim: size.default(256),
  max_position_embeddings: size.default(8192),
  rms_norm_eps: epsilon.default(1e-6),
  query_pre_attn_scalar: z.number().positive().default(256),
  attn_logit_softcapping: z.number().positive().nullish(),
  sliding_window: size.nullish(),
  layer_types: z.array(z.enum(["sliding_attention", "full_attention"])).nullish(),
  hidden_activation: z.enum(ACTIVATION_NAMES).nullish(),
  attention_bias: z.literal(false, "Gemma 2 with attention biases is not supported").nullish(),
  use_bidirectional_attention: z.literal(false, "bidirectional attention is not supported").nullish(),
  ...RopeFields,
});

export function gemma2(fields: Record<string, unknown>): Architecture {
  const config = Config.parse(fields);
  const { hidden_size: width, intermediate_size: inner, head_dim: headSize, rms_norm_eps: eps } = config;
  const [heads, keyHeads] = [config.num_attention_heads, config.num_key_value_heads];
  requireHeads(heads * headSize, heads, keyHeads);
  const rope = ropeConfig(config, headSize);
  const activation = ACTIVATIONS[config.hidden_activation ?? "gelu_pytorch_tanh"];
  const isSliding = (layer: number) =>
    config.layer_types ? config.layer_types[layer] === "sliding_attention" : layer % 2 === 0;

  return {
    name: "gemma2",
    width,
    layers: config.num_hidden_layers,
    context: config.max_position_embeddings,
    prefixes: ["model.", ""],
    embedding: { name: "embed_tokens.weight", shape: [config.vocab_size, width], scale: Math.fround(Math.sqrt(width)) },
    beginsWithBos: true,
    block(layer): Block {
      const window = isSliding(layer) ? (config.sliding_window ?? undefined) : undefined;
      const parameter = (name: string, ...shape: number[]) => ({ name: `layers.${layer}.${name}.weight`, shape });
      const attention = (x: Tensor, w: Record<string, Tensor>) => {
        const query = turn(splitHeads(linear(x, w.query), heads), rope);
        const key = turn(splitHeads(linear(x, w.key), keyHeads), rope);
        const value = splitHeads(linear(x, w.value), keyHeads);
        const scale = config.query_pre_attn_scalar ** -0.5;
        const softCap = config.attn_logit_softcapping ?? undefined;
        return linear(joinHeads(attend(query, key, value, { scale, softCap, window })), w.output);
      };
      const mlp = (x: Tensor, w: Record<string, Tensor>) =>
        linear(mul(activation(linear(x, w.gate)), linear(x, w.up)), w.down);
      return {
        kind: window === undefined ? "global" : "sliding",
        parameters: {
          beforeAttention: parameter("input_layernorm", width),
          query: parameter("self_attn.q_proj", heads * headSize, width),
          key: parameter("self_attn.k_proj", keyHeads * headSize, width),
          value: parameter("self_attn.v_proj", keyHeads * headSize, width),
          output: parameter("self_attn.o_proj", width, heads * headSize),
          afterAttention: parameter("post_attention_layernorm", width),
          beforeMlp: parameter("pre_feedforward_layernorm", width),
          gate: parameter("mlp.gate_proj", inner, width),
          up: parameter("mlp.up_proj", inner, width),
          down: parameter("mlp.down_proj", width, inner),
          afterMlp: parameter("post_feedforward_layernorm", width),
        },
        run(x, w) {
          const attended = rmsNormPlusOne(
            attention(rmsNormPlusOne(x, w.beforeAttention, eps), w),
            w.afterAttention,
            eps,
          );
          const middle = add(x, attended);
          const fed = rmsNormPlusOne(mlp(rmsNormPlusOne(middle, w.beforeMlp, eps), w), w.afterMlp, eps);
          return { attention: attended, mlp: fed, out: add(middle, fed) };
        },
      };
    },
  };
}
