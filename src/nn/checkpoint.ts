/**
 * @file Model directories as the Hugging Face convention has them: config.json, model.safetensors, tokenizer.json, and
 * our specials.json; optimizer.safetensors holds the moments of AdamW for whoever trains on.
 *
 * Files come from outside, so everything is checked before use: fields, tensor names, shapes, dtypes, finite values.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson, writeJson } from "../base/files.js";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../base/safetensors.js";
import { EMBEDDING, GptConfig, gptShapes, maskId, widthMultiplier } from "./config.js";
import type { Parameters } from "./init.js";
import type { TrainingState } from "./trainer.js";

/** Which way a model reads: "reverse" models read each document from its end. Encoders read "forward" and see both sides. */
export const Direction = z.enum(["forward", "reverse"]);
export type Direction = z.infer<typeof Direction>;

export interface Model {
  config: GptConfig;
  direction: Direction;
  parameters: Parameters;
}

/** What config.json calls a language model and an encoder. */
const ARCHITECTURES = { causal: "LacunaForCausalLM", bidirectional: "LacunaForMaskedLM" } as const;
const ConfigFile = z
  .object({
    architectures: z.tuple([z.enum(ARCHITECTURES)]),
    vocab_size: z.int(),
    hidden_size: z.int(),
    num_hidden_layers: z.int(),
    num_attention_heads: z.int(),
    max_position_embeddings: z.int(),
    rope_theta: z.number(),
    mup_base_width: z.int(),
    direction: Direction,
  })
  .loose();

/** Writes config.json and model.safetensors. A complete directory also holds the tokenizer's files (tokens/). */
export async function saveModel(directory: string, model: Model): Promise<void> {
  const { config, direction, parameters } = model;
  await writeJson(join(directory, "config.json"), {
    architectures: [ARCHITECTURES[config.bidirectional ? "bidirectional" : "causal"]],
    model_type: "lacuna",
    vocab_size: config.vocabulary,
    hidden_size: config.width,
    intermediate_size: 4 * config.width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    max_position_embeddings: config.context,
    rope_theta: config.ropeBase,
    rms_norm_eps: 1e-5,
    hidden_act: "relu2",
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: true,
    attention_multiplier: config.heads / config.width,
    logits_multiplier: 1 / widthMultiplier(config),
    mup_base_width: config.baseWidth,
    direction,
    dtype: "float32",
    ...(config.bidirectional ? { mask_token_id: maskId(config) } : {}),
  } satisfies z.input<typeof ConfigFile>);
  await writeSafetensors(join(directory, "model.safetensors"), storedParameters(config, parameters));
}

/** The id of end-of-text, from a model directory's specials.json. @throws UserError when it is missing or malformed */
export function readEndOfText(directory: string): number {
  const schema = z.object({ specials: z.object({ endOfText: z.int().nonnegative() }).loose() }).loose();
  return readJson(join(directory, "specials.json"), schema).specials.endOfText;
}

/** Reads a language model's directory. @throws UserError naming the file and what does not fit; encoders do not, either */
export function loadModel(directory: string): Model {
  const model = loadAnyModel(directory);
  if (!model.config.bidirectional) return model;
  throw new UserError(
    `${directory} is an encoder: it fills gaps in and cannot tell the next token. Give a model of npx lacuna pretrain --objective next.`,
  );
}

/** Reads the directory of a language model or an encoder. @throws UserError naming the file and what does not fit */
export function loadAnyModel(directory: string): Model {
  const path = join(directory, "config.json");
  if (!existsSync(path)) throw new UserError(`${directory} is not a model: it has no config.json. Check the path.`);
  const file = readJson(path, ConfigFile);
  const parsed = GptConfig.safeParse({
    vocabulary: file.vocab_size,
    width: file.hidden_size,
    layers: file.num_hidden_layers,
    heads: file.num_attention_heads,
    context: file.max_position_embeddings,
    baseWidth: file.mup_base_width,
    ropeBase: file.rope_theta,
    ...(file.architectures[0] === ARCHITECTURES.bidirectional ? { bidirectional: true } : {}),
  });
  if (!parsed.success) throw new UserError(`${path} is not as expected:\n${z.prettifyError(parsed.error)}`);
  const config = parsed.data;
  const parameters = readParameters(join(directory, "model.safetensors"), config);
  return { config, direction: file.direction, parameters };
}

/** Writes the moments of AdamW. */
export async function saveOptimizer(path: string, config: GptConfig, state: TrainingState): Promise<void> {
  const { first, second } = state;
  await writeSafetensors(path, {
    ...storedParameters(config, first, "first."),
    ...storedParameters(config, second, "second."),
  });
}

/** Writes a whole training state with what the run must know to go on. */
export async function saveState(
  path: string,
  config: GptConfig,
  state: TrainingState,
  metadata: Record<string, string>,
): Promise<void> {
  const parts = Object.entries(state).map(([part, values]) => storedParameters(config, values, `${part}.`));
  await writeSafetensors(path, Object.assign({}, ...parts), metadata);
}

/** Reads what saveState wrote. @throws UserError when it is corrupt or of another model. */
export function loadState(path: string, config: GptConfig): { state: TrainingState; metadata: Record<string, string> } {
  const [parameters, first, second] = ["parameters.", "first.", "second."].map((p) => readParameters(path, config, p));
  return { state: { parameters, first, second }, metadata: readSafetensors(path, []).metadata };
}

/** Whether a parameter is stored transposed: matrices are [in, out] in memory, [out, in] on disk. */
function isTransposed(name: string, shape: readonly number[]): boolean {
  return shape.length === 2 && name !== EMBEDDING;
}

/** Parameters under the names and in the shapes they have on disk. */
export function storedParameters(config: GptConfig, values: Parameters, prefix = ""): Record<string, StoredTensor> {
  const entries = Object.entries(gptShapes(config)).map(([name, shape]): [string, StoredTensor] => {
    if (!isTransposed(name, shape)) return [prefix + name, { data: values[name], shape }];
    const [rows, columns] = shape;
    return [prefix + name, { data: transposed(values[name], rows, columns), shape: [columns, rows] }];
  });
  return Object.fromEntries(entries);
}

/** Reads and checks the tensors of a model's shapes. @throws UserError */
export function readParameters(path: string, config: GptConfig, prefix = ""): Parameters {
  const shapes = gptShapes(config);
  const names = Object.keys(shapes).map((name) => prefix + name);
  const { tensors } = readSafetensors(path, names);
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const { data, shape: found } = tensors[prefix + name];
    const expected = isTransposed(name, shape) ? [shape[1], shape[0]] : shape;
    if (found.join() !== expected.join()) {
      throw new UserError(
        `${path}: ${prefix + name} has shape [${found}], config.json needs [${expected}]. They are of different models.`,
      );
    }
    if (!(data instanceof Float32Array)) throw new UserError(`${path}: ${prefix + name} is not float32.`);
    if (!data.every(Number.isFinite)) throw new UserError(`${path}: ${prefix + name} has a value that is not finite.`);
    return [name, isTransposed(name, shape) ? transposed(data, shape[1], shape[0]) : data];
  });
  return Object.fromEntries(entries);
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column];
  return result;
}
