/**
 * @file The model one token at a time: keys and values of what was read are kept, so that the next token costs one row.
 *
 * Two programs of fixed shapes. `read` takes whole prompts, filled up on the right (attention is causal, so what comes
 * after a prompt changes nothing before its end). `step` takes one more token per row, each row at a position of its own.
 * Both are made of the same blocks as training (gpt.ts), muP multiplier included. Rows are padded to a fixed batch, so a
 * row's logits do not depend on what runs beside it.
 */
import {
  add,
  compile,
  concat,
  constant,
  matmul,
  mul,
  reshape,
  rmsNorm,
  slice,
  softmax,
  spec,
  type Tensor,
  take,
} from "../../tensor/index.js";
import type { Model } from "../checkpoint.js";
import { EMBEDDING, FINAL_NORM, type GptConfig, gptShapes } from "../config.js";
import { type Attend, attentionScale, block, causalAttend, stateLogits, type TracedParameters } from "../gpt.js";
import { type Rope, rope, ropeAngles } from "../rope.js";

/** Added to scores of positions that hold nothing yet. */
const HIDDEN = -1e9;

/** Keys and values of one batch: per layer [batch, heads, capacity, size] each. */
interface Cache {
  keys: Float32Array[];
  values: Float32Array[];
}

export interface CachedShape {
  /** Rows of a batch. */
  batch: number;
  /** Tokens of a prompt, at most. */
  time: number;
  /** Tokens of a prompt and what follows it, at most; no more than the model's context. */
  capacity: number;
}

/** A batch being continued. */
export interface CachedModel {
  /** Starts anew with prompts, at most `batch`, each of 1..time tokens. @returns logits after each, [batch, vocabulary] */
  read(prompts: readonly Int32Array[]): Promise<Float32Array>;
  /**
   * Appends a token to each row.
   * @param tokens - [batch]; undefined leaves the row as it is
   * @returns logits after each appended token, [batch, vocabulary]
   */
  step(tokens: readonly (number | undefined)[]): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Compiles a model for batches of one shape. @throws Error when the shape does not fit the context */
export async function cachedModel(
  { config, parameters }: Pick<Model, "config" | "parameters">,
  shape: CachedShape,
  threads = 1,
): Promise<CachedModel> {
  const { batch, time, capacity } = shape;
  if (time > capacity || capacity > config.context)
    throw new Error(`Prompts of ${time} in ${capacity} positions do not fit a context of ${config.context}`);
  const size = config.width / config.heads;
  const programs = await compilePrograms(config, shape, threads);
  const room = () => Array.from({ length: config.layers }, () => new Float32Array(batch * config.width * capacity));
  const cache: Cache = { keys: room(), values: room() };
  const bias = new Float32Array(batch * capacity);
  const lengths = new Int32Array(batch);

  /** Copies `count` positions of every head of a row into the cache; `from` is [batch, heads, sourceTime, size]. */
  const keep = (from: Float32Array, to: Float32Array, row: number, sourceTime: number, at: number, count: number) => {
    for (let head = row * config.heads; head < (row + 1) * config.heads; head++) {
      const start = head * sourceTime * size;
      to.set(from.subarray(start, start + count * size), (head * capacity + at) * size);
    }
  };
  const keepAll = (
    made: { keys: Float32Array[]; values: Float32Array[] },
    row: number,
    time: number,
    count: number,
  ) => {
    for (let layer = 0; layer < config.layers; layer++) {
      keep(made.keys[layer], cache.keys[layer], row, time, lengths[row], count);
      keep(made.values[layer], cache.values[layer], row, time, lengths[row], count);
    }
    bias.fill(0, row * capacity + lengths[row], row * capacity + lengths[row] + count);
    lengths[row] += count;
  };

  return {
    async read(prompts) {
      const tokens = new Int32Array(batch * time);
      prompts.forEach((prompt, row) => {
        tokens.set(prompt, row * time);
      });
      const last = Int32Array.from({ length: batch }, (_, row) => row * time + (prompts[row]?.length ?? 1) - 1);
      const made = (await programs.read.run(parameters, tokens, last)) as Made;
      lengths.fill(0);
      bias.fill(HIDDEN);
      for (let row = 0; row < batch; row++) keepAll(made, row, time, prompts[row]?.length ?? 1);
      return made.logits;
    },
    async step(tokens) {
      const ids = Int32Array.from({ length: batch }, (_, row) => tokens[row] ?? 0);
      // A row that is left alone computes at its last position and keeps nothing of it.
      const positions = lengths.map((length) => Math.min(length, capacity - 1));
      const made = (await programs.step.run(parameters, ids, positions, cache, bias)) as Made;
      for (let row = 0; row < batch; row++) {
        if (tokens[row] === undefined) continue;
        if (lengths[row] === capacity) throw new Error(`Row ${row} holds ${capacity} positions: there is no room`);
        keepAll(made, row, 1, 1);
      }
      return made.logits;
    },
    async release() {
      await programs.read.release();
      await programs.step.release();
    },
  };
}

interface Made extends Cache {
  logits: Float32Array;
}

/** The two programs of a shape. */
async function compilePrograms(config: GptConfig, { batch, time, capacity }: CachedShape, threads: number) {
  const { width, heads, layers } = config;
  const weights = Object.fromEntries(Object.entries(gptShapes(config)).map(([name, shape]) => [name, spec(shape)]));
  const perLayer = Array.from({ length: layers }, () => spec([batch, heads, capacity, width / heads]));
  const row = spec([batch], "int32");
  const read = await compile(
    (parameters, tokens, last) => readPrompts(config, parameters, tokens, last),
    [weights, spec([batch, time], "int32"), row],
    { threads },
  );
  const step = await compile(
    (parameters, tokens, positions, cache, bias) => appendToken(config, parameters, tokens, positions, cache, bias),
    [weights, row, row, { keys: perLayer, values: perLayer }, spec([batch, capacity])],
    { threads },
  );
  return { read, step };
}

/** tokens [batch, time] -> every key and value, and the logits at flat positions `last` [batch]. */
function readPrompts(config: GptConfig, parameters: TracedParameters, tokens: Tensor, last: Tensor) {
  const [batch, time] = tokens.shape;
  const positions = rope(time, config.width / config.heads, config.ropeBase);
  const attendTo = causalAttend(config);
  const { x, keys, values } = blocks(config, parameters, tokens, positions, () => attendTo);
  const ends = take(reshape(x, [batch * time, config.width]), last);
  return { logits: stateLogits(config, parameters, rmsNorm(ends, parameters[FINAL_NORM])), keys, values };
}

/** One token a row, [batch], at `positions` [batch] -> its keys and values [batch, heads, 1, size], and logits. */
function appendToken(
  config: GptConfig,
  parameters: TracedParameters,
  tokens: Tensor,
  positions: Tensor,
  cache: { keys: Tensor[]; values: Tensor[] },
  bias: Tensor,
) {
  const [batch] = tokens.shape;
  const capacity = bias.shape[1];
  const size = config.width / config.heads;
  const angles = ropeAngles(capacity, size, config.ropeBase);
  const turn = (f: (angle: number) => number) =>
    reshape(take(constant(Float32Array.from(angles, f), [capacity, size]), positions), [batch, 1, 1, size]);
  const filled = reshape(bias, [batch, 1, 1, capacity]);
  const attendTo =
    (layer: number): Attend =>
    (query, key, value) => {
      const scaled = mul(query, attentionScale(config));
      const before = add(matmul(scaled, cache.keys[layer], { transposeB: true }), filled);
      const shares = softmax(concat([before, matmul(scaled, key, { transposeB: true })], 3));
      const [cached, own] = [slice(shares, 3, 0, capacity), slice(shares, 3, capacity, capacity + 1)];
      return add(matmul(cached, cache.values[layer]), matmul(own, value));
    };
  const rotation = { cos: turn(Math.cos), sin: turn(Math.sin) };
  const { x, keys, values } = blocks(config, parameters, reshape(tokens, [batch, 1]), rotation, attendTo);
  const states = rmsNorm(reshape(x, [batch, config.width]), parameters[FINAL_NORM]);
  return { logits: stateLogits(config, parameters, states), keys, values };
}

/** All blocks, remembering the keys and values each of them makes. */
function blocks(
  config: GptConfig,
  parameters: TracedParameters,
  tokens: Tensor,
  positions: Rope,
  attendTo: (layer: number) => Attend,
) {
  const [keys, values]: [Tensor[], Tensor[]] = [[], []];
  let x = take(parameters[EMBEDDING], tokens);
  for (let layer = 0; layer < config.layers; layer++) {
    x = block(config, parameters, layer, x, positions, (query, key, value) => {
      keys.push(key);
      values.push(value);
      return attendTo(layer)(query, key, value);
    });
  }
  return { x, keys, values };
}
