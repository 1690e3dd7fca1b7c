/**
 * @file The shape of a GPT: its configuration, its parameters by name, and how many there are.
 *
 * Parameter names are those a Hugging Face reader expects ("model.layers.0.self_attn.q_proj.weight"). In memory a matrix
 * is [in, out], so that a layer reads `x @ w`; checkpoint.ts transposes to the [out, in] of that convention on disk.
 */
import { z } from "zod";

/** One model. The defaults suit corpora of a few million tokens on two cores. */
export const GptConfig = z
  .object({
    vocabulary: z.int().positive().describe("rows of the embedding, special tokens included"),
    width: z.int().positive().describe("size of the residual stream"),
    layers: z.int().positive().describe("transformer blocks"),
    heads: z.int().positive().describe("attention heads; width / heads must be even"),
    context: z.int().min(2).describe("tokens in a window"),
    baseWidth: z.int().positive().default(64).describe("width at which muP changes nothing (m = width / baseWidth)"),
    ropeBase: z.number().positive().default(10_000).describe("base of the rotary angles"),
    bidirectional: z
      .boolean()
      .optional()
      .describe("every position sees the whole window (an encoder); otherwise itself and what came before"),
  })
  .refine((c) => c.width % c.heads === 0 && (c.width / c.heads) % 2 === 0, {
    message: "width / heads must be an even whole number: rotary embedding turns pairs of coordinates",
  });
export type GptConfig = z.infer<typeof GptConfig>;

/** Id of an encoder's mask token: the last row of its embedding, above every id of the tokenizer. */
export function maskId({ vocabulary }: Pick<GptConfig, "vocabulary">): number {
  return vocabulary - 1;
}

/** muP width multiplier m = width / baseWidth (paper A.2). */
export function widthMultiplier(config: Pick<GptConfig, "width" | "baseWidth">): number {
  return config.width / config.baseWidth;
}

export const EMBEDDING = "model.embed_tokens.weight";
export const FINAL_NORM = "model.norm.weight";

/** Names of one block's parameters. */
export function blockNames(layer: number) {
  const prefix = `model.layers.${layer}`;
  return {
    attentionNorm: `${prefix}.input_layernorm.weight`,
    query: `${prefix}.self_attn.q_proj.weight`,
    key: `${prefix}.self_attn.k_proj.weight`,
    value: `${prefix}.self_attn.v_proj.weight`,
    attentionOut: `${prefix}.self_attn.o_proj.weight`,
    mlpNorm: `${prefix}.post_attention_layernorm.weight`,
    mlpIn: `${prefix}.mlp.up_proj.weight`,
    mlpOut: `${prefix}.mlp.down_proj.weight`,
  };
}

/** Shape of every parameter, in the order in which it is stored. Matrices are [in, out]. */
export function gptShapes({ vocabulary, width, layers }: GptConfig): Record<string, number[]> {
  const shapes: Record<string, number[]> = { [EMBEDDING]: [vocabulary, width] };
  for (let layer = 0; layer < layers; layer++) {
    const names = blockNames(layer);
    shapes[names.attentionNorm] = [width];
    for (const name of [names.query, names.key, names.value, names.attentionOut]) shapes[name] = [width, width];
    shapes[names.mlpNorm] = [width];
    shapes[names.mlpIn] = [width, 4 * width];
    shapes[names.mlpOut] = [4 * width, width];
  }
  shapes[FINAL_NORM] = [width];
  return shapes;
}

/** Shapes of the parameters behind the residual stream after `lastLayer` blocks, and of no others. */
export function streamShapes(config: GptConfig, lastLayer: number): Record<string, number[]> {
  const { [FINAL_NORM]: _, ...shapes } = gptShapes({ ...config, layers: lastLayer });
  return shapes;
}

/** V d + L (12 d^2 + 2 d) + d: the tied embedding is counted once (paper A.1). */
export function parameterCount({ vocabulary, width, layers }: GptConfig): number {
  return vocabulary * width + layers * (12 * width ** 2 + 2 * width) + width;
}
