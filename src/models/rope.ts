/**
 * @file Rotary positions as other people's configurations describe them: base, share of a head that turns, and the
 * stretching of long contexts.
 *
 * Frequencies and angles are rounded to float32 where transformers rounds them: at position 8000 the rounding of an
 * angle is half a milliradian, more than anything else here is off by.
 */
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { type Rope, rotate } from "../nn/rope.js";
import { concat, constant, slice, type Tensor } from "../tensor/index.js";

const Parameters = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: z.number().gt(0).max(1).optional(),
  factor: z.number().positive().optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: z.number().positive().optional(),
});
type Parameters = z.infer<typeof Parameters>;

/** The fields of config.json about rotary positions: newer files have `rope_parameters`, older ones the other two. */
export const RopeFields = {
  rope_theta: z.number().positive().optional(),
  rope_scaling: Parameters.nullish(),
  rope_parameters: Parameters.nullish(),
};

/** How heads turn with position. */
export interface RopeConfig {
  /** Coordinates of a head that turn, an even number. */
  size: number;
  /** Radians a pair of coordinates turns per position, [size / 2]. */
  frequencies: Float32Array;
}

/**
 * Reads what config.json says.
 *
 * @param headSize - coordinates of a head
 * @param fallback - share that turns and base, where the file says nothing
 * @throws UserError for a kind of stretching that is not known
 */
export function ropeConfig(
  config: { rope_theta?: number; rope_scaling?: Parameters | null; rope_parameters?: Parameters | null },
  headSize: number,
  fallback: { share?: number; base?: number } = {},
): RopeConfig {
  const parameters: Parameters = { ...config.rope_scaling, ...config.rope_parameters };
  const share = parameters.partial_rotary_factor ?? fallback.share ?? 1;
  const size = Math.floor(headSize * share);
  if (size < 2 || size % 2 !== 0)
    throw new UserError(`config.json turns ${size} of a head's ${headSize} coordinates; that must be an even number.`);
  const base = parameters.rope_theta ?? config.rope_theta ?? fallback.base ?? 10_000;
  return { size, frequencies: frequenciesOf(size, base, parameters) };
}

function frequenciesOf(size: number, base: number, parameters: Parameters): Float32Array {
  const plain = Float32Array.from({ length: size / 2 }, (_, pair) =>
    Math.fround(1 / Math.fround(base ** Math.fround((2 * pair) / size))),
  );
  const kind = parameters.rope_type ?? parameters.type ?? "default";
  if (kind === "default") return plain;
  if (kind === "linear") {
    const { factor } = required(parameters, ["factor"]);
    return plain.map((frequency) => frequency / factor);
  }
  if (kind !== "llama3")
    throw new UserError(
      `config.json stretches rotary positions by "${kind}"; Lacuna knows default, linear and llama3.`,
    );
  const given = required(parameters, [
    "factor",
    "low_freq_factor",
    "high_freq_factor",
    "original_max_position_embeddings",
  ]);
  // Pairs that turn often within the original context stay, those that turn less than once or so slow down, between
  // them it goes over smoothly.
  return plain.map((frequency) => {
    const turns = (given.original_max_position_embeddings * frequency) / (2 * Math.PI);
    const kept = (turns - given.low_freq_factor) / (given.high_freq_factor - given.low_freq_factor);
    const share = Math.min(1, Math.max(0, kept));
    return share * frequency + ((1 - share) * frequency) / given.factor;
  });
}

function required<Name extends keyof Parameters & string>(parameters: Parameters, names: readonly Name[]) {
  const missing = names.find((name) => parameters[name] === undefined);
  if (missing) throw new UserError(`config.json stretches rotary positions but does not say "${missing}".`);
  return parameters as unknown as Record<Name, number>;
}

/** Cosines and sines of `time` positions, [time, size]. */
function ropeTables(config: RopeConfig, time: number): Rope {
  const { frequencies } = config;
  const half = frequencies.length;
  const angles = Float32Array.from({ length: time * config.size }, (_, index) =>
    Math.fround(Math.floor(index / config.size) * frequencies[index % half]),
  );
  return {
    cos: constant(angles.map(Math.cos), [time, config.size]),
    sin: constant(angles.map(Math.sin), [time, config.size]),
  };
}

/** Turns the first `size` coordinates of every head; x [batch, heads, time, head size] -> same shape. */
export function turn(x: Tensor, config: RopeConfig): Tensor {
  const [, , time, headSize] = x.shape;
  const tables = ropeTables(config, time);
  if (config.size === headSize) return rotate(x, tables);
  const turned = rotate(slice(x, 3, 0, config.size), tables);
  return concat([turned, slice(x, 3, config.size, headSize)], 3);
}
