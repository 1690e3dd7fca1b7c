/**
 * @file The model once more, in double precision, with plain loops over one sequence: the tests' independent oracle.
 *
 * Shares nothing with gpt.ts but the names of the parameters.
 */
import type { GptConfig } from "../config.js";

export type Values = Record<string, Float64Array>;
type Vector = number[];

/** A linear congruential generator: synthetic values in [-1, 1) that do not come from the code under test. */
export function syntheticValues(length: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Synthetic parameters, large enough that every part of the model matters to the loss. */
export function syntheticParameters(shapes: Record<string, number[]>, seed = 7): Values {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], index) => {
      const values = syntheticValues(
        shape.reduce((a, b) => a * b, 1),
        seed + 101 * index,
      );
      return [name, shape.length === 1 ? values.map((v) => 1 + 0.3 * v) : values.map((v) => 0.6 * v)];
    }),
  );
}

/** Rounds to single precision, as the engine takes it. */
export function toSingle(values: Values): Record<string, Float32Array<ArrayBuffer>> {
  return Object.fromEntries(Object.entries(values).map(([name, data]) => [name, Float32Array.from(data)]));
}

const dot = (a: Vector, b: Vector) => a.reduce((sum, value, i) => sum + value * b[i], 0);

function normed(x: Vector, gain: Float64Array): Vector {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + 1e-5);
  return x.map((value, i) => value * scale * gain[i]);
}

/** x [in] times w [in, out]. */
function times(x: Vector, w: Float64Array): Vector {
  const columns = w.length / x.length;
  return Array.from({ length: columns }, (_, column) =>
    x.reduce((sum, value, row) => sum + value * w[row * columns + column], 0),
  );
}

/** Pairs (i, i + size / 2) of each head as complex numbers, turned by position * base^(-2 i / size). */
function turned(x: Vector, position: number, heads: number, base: number): Vector {
  const size = x.length / heads;
  const result = [...x];
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < size / 2; i++) {
      const [re, im] = [head * size + i, head * size + i + size / 2];
      const angle = position / base ** ((2 * i) / size);
      result[re] = x[re] * Math.cos(angle) - x[im] * Math.sin(angle);
      result[im] = x[re] * Math.sin(angle) + x[im] * Math.cos(angle);
    }
  }
  return result;
}

/** States after the embedding and each block, [layers + 1][time][width]. */
export function referenceStream(config: GptConfig, p: Values, tokens: ArrayLike<number>): Vector[][] {
  const { width, heads, layers, ropeBase } = config;
  const size = width / heads;
  const embedding = p["model.embed_tokens.weight"];
  const stream = [Array.from(tokens, (id) => [...embedding.subarray(id * width, (id + 1) * width)])];
  for (let layer = 0; layer < layers; layer++) {
    const w = (name: string) => p[`model.layers.${layer}.${name}.weight`];
    const x = stream[layer];
    const inputs = x.map((state) => normed(state, w("input_layernorm")));
    const queries = inputs.map((h, t) => turned(times(h, w("self_attn.q_proj")), t, heads, ropeBase));
    const keys = inputs.map((h, t) => turned(times(h, w("self_attn.k_proj")), t, heads, ropeBase));
    const values = inputs.map((h) => times(h, w("self_attn.v_proj")));
    const middle = x.map((state, t) => {
      const mixed: Vector = [];
      for (let head = 0; head < heads; head++) {
        const part = (all: Vector) => all.slice(head * size, (head + 1) * size);
        const seen = config.bidirectional ? keys : keys.slice(0, t + 1);
        const powers = seen.map((key) => Math.exp(dot(part(queries[t]), part(key)) / size));
        const total = powers.reduce((a, b) => a + b, 0);
        for (let i = 0; i < size; i++)
          mixed.push(powers.reduce((sum, power, s) => sum + (power / total) * values[s][head * size + i], 0));
      }
      const out = times(mixed, w("self_attn.o_proj"));
      return state.map((value, i) => value + out[i]);
    });
    stream.push(
      middle.map((state) => {
        const hidden = times(normed(state, w("post_attention_layernorm")), w("mlp.up_proj"));
        const out = times(
          hidden.map((value) => (value > 0 ? value * value : 0)),
          w("mlp.down_proj"),
        );
        return state.map((value, i) => value + out[i]);
      }),
    );
  }
  return stream;
}

/** Losses of one sequence in nats, [time]. */
export function referenceLosses(
  config: GptConfig,
  p: Values,
  tokens: ArrayLike<number>,
  targets: ArrayLike<number>,
): number[] {
  const { width, vocabulary, baseWidth } = config;
  const embedding = p["model.embed_tokens.weight"];
  return referenceStream(config, p, tokens)[config.layers].map((state, t) => {
    const h = normed(state, p["model.norm.weight"]);
    const logits = Array.from(
      { length: vocabulary },
      (_, id) => dot(h, [...embedding.subarray(id * width, (id + 1) * width)]) * (baseWidth / width),
    );
    return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[targets[t]];
  });
}

/** Mean loss over the counted targets of a batch of sequences. */
export function referenceLoss(
  config: GptConfig,
  p: Values,
  tokens: Int32Array,
  targets: Int32Array,
  lossMask: ArrayLike<number>,
): number {
  const time = config.context;
  let [total, count] = [0, 0];
  for (let start = 0; start < tokens.length; start += time) {
    const losses = referenceLosses(
      config,
      p,
      tokens.subarray(start, start + time),
      targets.subarray(start, start + time),
    );
    losses.forEach((loss, t) => {
      total += loss * lossMask[start + t];
      count += lossMask[start + t];
    });
  }
  return total / count;
}
