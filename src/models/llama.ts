/**
 * @file The Llama family (Llama 2 and 3, SmolLM2, and whatever else says model_type "llama"): RMSNorm before attention
 * and MLP, rotary positions, SwiGLU, key heads shared by several query heads. Tied or not makes no difference here:
 * the output matrix is never read.
 */
import { z } from "zod";
import { add, mul, rmsNorm, type Tensor } from "../tensor/index.js";
import type { Architecture, Block, Parameter } from "./architecture.js";
import { attend, joinHeads, splitHeads } from "./attention.js";
import { epsilon, layers, requireHeads, size } from "./fields.js";
import { ACTIVATION_NAMES, ACTIVATIONS, linear } from "./pieces.js";
import { RopeFields, ropeConfig, turn } from "./rope.js";

const Config = z.looseObject({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: layers,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  max_position_embeddings: size.default(2048),
  rms_norm_eps: epsilon.default(1e-6),
  hidden_act: z.enum(ACTIVATION_NAMES).default("silu"),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  ...RopeFields,
});

export function llama(fields: Record<string, unknown>): Architecture {
  const config = Config.parse(fields);
  const { hidden_size: width, intermediate_size: inner, rms_norm_eps: eps } = config;
  const heads = config.num_attention_heads;
  const keyHeads = config.num_key_value_heads ?? heads;
  if (!config.head_dim) requireHeads(width, heads);
  const headSize = config.head_dim ?? width / heads;
  requireHeads(heads * headSize, heads, keyHeads);
  const rope = ropeConfig(config, headSize);
  const activation = ACTIVATIONS[config.hidden_act];

  return {
    name: "llama",
    width,
    layers: config.num_hidden_layers,
    context: config.max_position_embeddings,
    prefixes: ["model.", ""],
    embedding: { name: "embed_tokens.weight", shape: [config.vocab_size, width], scale: 1 },
    beginsWithBos: true,
    block(layer): Block {
      const norm = (name: string): Parameter => ({ name: `layers.${layer}.${name}.weight`, shape: [width] });
      const linears = (role: string, name: string, out: number, into: number, isBiased: boolean) => ({
        [role]: { name: `layers.${layer}.${name}.weight`, shape: [out, into] },
        ...(isBiased ? { [`${role}Bias`]: { name: `layers.${layer}.${name}.bias`, shape: [out] } } : {}),
      });
      const { attention_bias: attentionBias, mlp_bias: mlpBias } = config;
      const attention = (x: Tensor, w: Record<string, Tensor>) => {
        const query = turn(splitHeads(linear(x, w.query, w.queryBias), heads), rope);
        const key = turn(splitHeads(linear(x, w.key, w.keyBias), keyHeads), rope);
        const value = splitHeads(linear(x, w.value, w.valueBias), keyHeads);
        return linear(joinHeads(attend(query, key, value, { scale: headSize ** -0.5 })), w.output, w.outputBias);
      };
      const mlp = (x: Tensor, w: Record<string, Tensor>) => {
        const gate = activation(linear(x, w.gate, w.gateBias));
        return linear(mul(gate, linear(x, w.up, w.upBias)), w.down, w.downBias);
      };
      return {
        kind: "block",
        parameters: {
          attentionNorm: norm("input_layernorm"),
          ...linears("query", "self_attn.q_proj", heads * headSize, width, attentionBias),
          ...linears("key", "self_attn.k_proj", keyHeads * headSize, width, attentionBias),
          ...linears("value", "self_attn.v_proj", keyHeads * headSize, width, attentionBias),
          ...linears("output", "self_attn.o_proj", width, heads * headSize, attentionBias),
          mlpNorm: norm("post_attention_layernorm"),
          ...linears("gate", "mlp.gate_proj", inner, width, mlpBias),
          ...linears("up", "mlp.up_proj", inner, width, mlpBias),
          ...linears("down", "mlp.down_proj", width, inner, mlpBias),
        },
        run(x, w) {
          const attended = attention(rmsNorm(x, w.attentionNorm, eps), w);
          const middle = add(x, attended);
          const fed = mlp(rmsNorm(middle, w.mlpNorm, eps), w);
          return { attention: attended, mlp: fed, out: add(middle, fed) };
        },
      };
    },
  };
}
