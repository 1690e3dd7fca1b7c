/** @file Synthetic models for tests: random weights in a Hugging Face directory, written without any Python. */
import { join } from "node:path";
import { writeJson } from "../../base/files.js";
import { random } from "../../base/random.js";
import { type StoredTensor, writeSafetensors } from "../../base/safetensors.js";
import { readArchitecture } from "../config.js";

export const LLAMA = {
  model_type: "llama",
  vocab_size: 40,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
  bos_token_id: 1,
};

export const GPT2 = { model_type: "gpt2", vocab_size: 40, n_embd: 16, n_layer: 3, n_head: 2, n_positions: 48 };

/**
 * Writes config.json and model.safetensors.
 *
 * @param blocks - write the weights of so many blocks only
 * @param change - a last word on the tensors, e.g. to spoil one
 */
export async function writeSyntheticModel(
  directory: string,
  config: Record<string, unknown>,
  {
    blocks = Number.POSITIVE_INFINITY,
    change = () => {},
  }: { blocks?: number; change?: (tensors: Record<string, StoredTensor>) => void } = {},
): Promise<void> {
  await writeJson(join(directory, "config.json"), config);
  const { architecture } = readArchitecture(directory);
  const rng = random(7, "synthetic model");
  const { embedding, positions, prefixes } = architecture;
  const parameters = [embedding, ...(positions ? [positions] : [])];
  for (let layer = 0; layer < Math.min(blocks, architecture.layers); layer++)
    parameters.push(...Object.values(architecture.block(layer).parameters));
  const tensors: Record<string, StoredTensor> = {};
  for (const { name, shape } of parameters) {
    const scale = name === embedding.name ? 1 : shape.length > 1 ? 1.5 * shape[1] ** -0.5 : 0.3;
    const centre = /norm|ln_/.test(name) && name.endsWith("weight") ? 1 : 0;
    const count = shape.reduce((product, size) => product * size, 1);
    tensors[prefixes[0] + name] = {
      shape: [...shape],
      data: Float32Array.from({ length: count }, () => centre + scale * rng.normal()),
    };
  }
  change(tensors);
  await writeSafetensors(join(directory, "model.safetensors"), tensors);
}

/** Random token ids. */
export function syntheticDocuments(lengths: readonly number[], vocabulary: number, lowest = 3): Uint32Array[] {
  const rng = random(11, "synthetic documents");
  return lengths.map((length) => Uint32Array.from({ length }, () => lowest + rng.integer(vocabulary - lowest)));
}
