/**
 * @file Running a sparse autoencoder of any format: states to sparse activations and back.
 *
 * The encoder runs natively on a bounded number of tokens at a time, since 65,536 latents of a thousand tokens are a
 * quarter of a gigabyte; what is active is kept, a few dozen per token. Reconstruction adds up the active directions.
 */
import {
  add,
  cast,
  compile,
  div,
  less,
  matmul,
  mean,
  mul,
  relu,
  spec,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from "../../tensor/index.js";
import type { SaeDefinition } from "./types.js";

/** Active latents of consecutive tokens: those of token t are entries offsets[t] to offsets[t + 1] - 1. */
export interface SparseActivations {
  /** [tokens + 1], from 0. */
  offsets: Uint32Array;
  /** Which latent, ascending within a token. */
  latents: Uint32Array;
  /** Its activation, above 0. */
  values: Float32Array;
}

export interface Sae {
  readonly definition: SaeDefinition;
  /** States [tokens, width] to what is active on each. */
  encode(states: Float32Array): Promise<SparseActivations>;
  /** States rebuilt from what was active on them; `states` are the originals, whose norm may be needed. */
  decode(active: SparseActivations, states: Float32Array): Float32Array;
  release(): Promise<void>;
}

/** Pre-activations computed at a time, in values. */
const DENSE_VALUES = 1 << 24;
const MOST_ROWS = 1024;
/** SAELens's guard against dividing by nothing. */
const LAYER_NORM_EPSILON = 1e-5;

type Weights = Record<"encoder" | "encoderBias" | "decoderBias" | "decoderNorms" | "threshold", Tensor>;

/** Readies an autoencoder to run. Its arrays are used in place. */
export function openSae(definition: SaeDefinition, { threads = 1 } = {}): Sae {
  const { width, latents, activation } = definition;
  const norms = decoderNorms(definition);
  const inputs = {
    encoder: definition.encoder,
    encoderBias: definition.encoderBias,
    decoderBias: definition.decoderBias,
    ...(definition.rescalesByDecoderNorm ? { decoderNorms: norms } : {}),
    ...(activation.kind === "jumprelu" ? { threshold: activation.threshold } : {}),
  };
  const shapes = {
    ...{ encoder: [width, latents], encoderBias: [latents], decoderBias: [width] },
    ...{ decoderNorms: [latents], threshold: [latents] },
  };
  const specs = Object.fromEntries(Object.keys(inputs).map((name) => [name, spec(shapes[name as keyof Weights])]));
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(DENSE_VALUES / latents)));
  const programs = new Map<number, ReturnType<typeof compileEncoder>>();
  const compileEncoder = (rows: number) =>
    compile((w, x) => encoderOf(definition, w as Weights, x), [specs, spec([rows, width])], { threads });

  return {
    definition,
    async encode(states) {
      const tokens = states.length / width;
      if (!Number.isInteger(tokens)) throw new Error(`${states.length} values are no states of width ${width}`);
      // Few shapes: a whole chunk, or the power of two above what there is.
      const rows = Math.min(most, 2 ** Math.ceil(Math.log2(Math.max(1, tokens))));
      if (!programs.has(rows)) programs.set(rows, compileEncoder(rows));
      const program = await programs.get(rows)!;
      const collected = new Collector(tokens);
      const block = new Float32Array(rows * width);
      for (let start = 0; start < tokens; start += rows) {
        const part = states.subarray(start * width, (start + rows) * width);
        block.fill(0).set(part);
        const dense = (await program.run(inputs, block)) as Float32Array;
        for (let row = 0; row < part.length / width; row++) {
          const all = dense.subarray(row * latents, (row + 1) * latents);
          collected.add(all, activation.kind === "topk" ? kthLargest(all, activation.k) : undefined);
        }
      }
      return collected.result();
    },
    decode: (active, states) => decodeSparse(definition, norms, active, states),
    async release() {
      for (const program of programs.values()) await (await program).release();
      programs.clear();
    },
  };
}

/** [rows, width] -> [rows, latents]: activations, or for topk what the k largest are taken from. */
function encoderOf(definition: SaeDefinition, w: Weights, x: Tensor): Tensor {
  const scaled = normalise(definition, x);
  const input = definition.subtractsDecoderBias ? sub(scaled, w.decoderBias) : scaled;
  const pre = add(matmul(input, w.encoder), w.encoderBias);
  const rescaled = definition.rescalesByDecoderNorm ? mul(pre, w.decoderNorms) : pre;
  if (definition.activation.kind !== "jumprelu") return relu(rescaled);
  return mul(relu(rescaled), cast(less(w.threshold, rescaled), "float32"));
}

function normalise({ normalisation, width }: SaeDefinition, x: Tensor): Tensor {
  if (normalisation === "none") return x;
  const norm = (values: Tensor) => sqrt(sum(square(values), [1], { keepDims: true }));
  if (normalisation === "constant_norm_rescale") return div(mul(x, Math.sqrt(width)), norm(x));
  const centred = sub(x, mean(x, [1], { keepDims: true }));
  return div(centred, add(mul(norm(centred), (width - 1) ** -0.5), LAYER_NORM_EPSILON));
}

/** Euclidean norms of the decoder's rows, [latents]. */
function decoderNorms({ decoder, width, latents, rescalesByDecoderNorm }: SaeDefinition): Float32Array {
  if (!rescalesByDecoderNorm) return new Float32Array(0);
  return Float32Array.from({ length: latents }, (_, latent) =>
    Math.sqrt(decoder.subarray(latent * width, (latent + 1) * width).reduce((total, value) => total + value ** 2, 0)),
  );
}

/** The k-th largest value above 0, and how many equal to it are among the k; 0 when no more than k are above 0. */
function kthLargest(values: Float32Array, k: number): { value: number; ties: number } | undefined {
  const positive = values.filter((value) => value > 0).sort();
  if (positive.length <= k) return undefined;
  const value = positive[positive.length - k];
  let above = 0;
  while (above < k && positive[positive.length - 1 - above] > value) above++;
  return { value, ties: k - above };
}

/** Gathers what is active, token by token, in arrays that grow. */
class Collector {
  private readonly offsets: Uint32Array;
  private latents = new Uint32Array(1024);
  private values = new Float32Array(1024);
  private tokens = 0;
  private count = 0;

  constructor(tokens: number) {
    this.offsets = new Uint32Array(tokens + 1);
  }

  /** @param cut - keep values above it, and the first `ties` equal to it; without it all above 0 */
  add(dense: Float32Array, cut?: { value: number; ties: number }): void {
    let ties = cut?.ties ?? 0;
    for (let latent = 0; latent < dense.length; latent++) {
      const value = dense[latent];
      if (!(value > 0) || (cut && (value < cut.value || (value === cut.value && ties-- <= 0)))) continue;
      if (this.count === this.latents.length) this.grow();
      this.latents[this.count] = latent;
      this.values[this.count++] = value;
    }
    this.offsets[++this.tokens] = this.count;
  }

  private grow(): void {
    const [latents, values] = [new Uint32Array(2 * this.count), new Float32Array(2 * this.count)];
    latents.set(this.latents);
    values.set(this.values);
    [this.latents, this.values] = [latents, values];
  }

  result(): SparseActivations {
    const { offsets, latents, values, count } = this;
    return { offsets, latents: latents.slice(0, count), values: values.slice(0, count) };
  }
}

function decodeSparse(
  definition: SaeDefinition,
  norms: Float32Array,
  { offsets, latents, values }: SparseActivations,
  states: Float32Array,
): Float32Array {
  const { width, decoder, decoderBias, normalisation } = definition;
  const result = new Float32Array(states.length);
  const row = new Float64Array(width);
  for (let token = 0; token < offsets.length - 1; token++) {
    row.set(decoderBias);
    for (let entry = offsets[token]; entry < offsets[token + 1]; entry++) {
      const value = definition.rescalesByDecoderNorm ? values[entry] / norms[latents[entry]] : values[entry];
      const from = latents[entry] * width;
      for (let index = 0; index < width; index++) row[index] += value * decoder[from + index];
    }
    if (normalisation !== "none") restore(row, states.subarray(token * width, (token + 1) * width), normalisation);
    result.set(row, token * width);
  }
  return result;
}

/** Undoes `normalise` on a rebuilt state. */
function restore(row: Float64Array, state: Float32Array, normalisation: "constant_norm_rescale" | "layer_norm"): void {
  const width = row.length;
  const isRescaled = normalisation === "constant_norm_rescale";
  const centre = isRescaled ? 0 : state.reduce((total, value) => total + value, 0) / width;
  const squares = state.reduce((total, value) => total + (value - centre) ** 2, 0);
  const scale = Math.sqrt(squares / (isRescaled ? width : width - 1));
  for (let index = 0; index < width; index++) row[index] = row[index] * scale + centre;
}
