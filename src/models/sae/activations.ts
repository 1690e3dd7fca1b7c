/**
 * @file Activations of whole documents: a model read at a hook, its states encoded, document by document.
 *
 * What comes out has the form the label room's statistics, contexts and rule read (`SparseActivations` per document).
 * With few latents wanted only their columns of the encoder are used, which costs that much less; for topk, where the
 * others decide which are among the k, all are computed and the rest dropped.
 */
import type { Hook } from "../hooks.js";
import type { HookedModel } from "../reader.js";
import { openSae, type SparseActivations } from "./encode.js";
import type { SaeDefinition } from "./types.js";

export interface DocumentActivations {
  /** Index among the documents given. */
  document: number;
  active: SparseActivations;
}

export interface ReadActivationsOptions {
  /** Latents wanted; results number them in this order, ascending. Default: all. */
  keep?: Uint32Array;
  threads?: number;
}

/** Tokens gathered before the encoder runs: it is faster on many than on one document's. */
const ROWS = 2048;

/** All latents of an autoencoder, or those wanted, ready to run on states. */
export interface LatentEncoder {
  /** Width of the states. */
  width: number;
  /** States [tokens, width] to what is active on each. */
  encode(states: Float32Array): Promise<SparseActivations>;
  release(): Promise<void>;
}

/** Readies the latents wanted. */
export function openLatentEncoder(
  definition: SaeDefinition,
  { keep, threads = 1 }: ReadActivationsOptions = {},
): LatentEncoder {
  const isTopK = definition.activation.kind === "topk";
  const sae = openSae(keep && !isTopK ? restrictSaeDefinition(definition, keep) : definition, { threads });
  return {
    width: definition.width,
    async encode(states) {
      const active = await sae.encode(states);
      return keep && isTopK ? selectLatents(active, keep) : active;
    },
    release: () => sae.release(),
  };
}

/**
 * Reads documents in order. Memory is bounded by one document and ROWS tokens of states.
 *
 * @param hook - named by the caller: check it once with `checkSae`
 */
export async function* readSaeActivations(
  model: HookedModel,
  definition: SaeDefinition,
  hook: Hook,
  documents: Iterable<Uint32Array>,
  options: ReadActivationsOptions = {},
): AsyncGenerator<DocumentActivations> {
  const encoder = openLatentEncoder(definition, options);
  const states = async function* () {
    for await (const read of model.read(documents, [hook])) yield { document: read.document, states: read.states[0] };
  };
  try {
    yield* encodeDocuments(states(), encoder);
  } finally {
    await encoder.release();
  }
}

/** Encodes documents' states, [tokens, width] each, several documents at a time. */
export async function* encodeDocuments(
  documents: AsyncIterable<{ document: number; states: Float32Array }>,
  { width, encode: run }: LatentEncoder,
): AsyncGenerator<DocumentActivations> {
  let gathered: { document: number; states: Float32Array }[] = [];
  let values = 0;
  const encode = async function* () {
    const all = new Float32Array(values);
    let at = 0;
    for (const { states } of gathered) {
      all.set(states, at);
      at += states.length;
    }
    const active = await run(all);
    let row = 0;
    for (const { document, states } of gathered) {
      const end = row + states.length / width;
      yield { document, active: cut(active, row, end) };
      row = end;
    }
    [gathered, values] = [[], 0];
  };
  for await (const read of documents) {
    gathered.push(read);
    values += read.states.length;
    if (values >= ROWS * width) yield* encode();
  }
  if (gathered.length > 0) yield* encode();
}

/** An autoencoder with some of its latents only, in the order given. Not for topk. */
export function restrictSaeDefinition(definition: SaeDefinition, keep: Uint32Array): SaeDefinition {
  const { width, latents, activation } = definition;
  if (activation.kind === "topk") throw new Error("The k largest of some latents are not the k largest of all");
  const pick = (vector: Float32Array) => Float32Array.from(keep, (latent) => vector[latent]);
  const encoder = new Float32Array(width * keep.length);
  const decoder = new Float32Array(keep.length * width);
  keep.forEach((latent, to) => {
    decoder.set(definition.decoder.subarray(latent * width, (latent + 1) * width), to * width);
    for (let index = 0; index < width; index++)
      encoder[index * keep.length + to] = definition.encoder[index * latents + latent];
  });
  return {
    ...definition,
    ...{ latents: keep.length, encoder, decoder, encoderBias: pick(definition.encoderBias) },
    activation: activation.kind === "jumprelu" ? { ...activation, threshold: pick(activation.threshold) } : activation,
  };
}

/** Tokens from..to - 1. */
function cut({ offsets, latents, values }: SparseActivations, from: number, to: number): SparseActivations {
  const [first, last] = [offsets[from], offsets[to]];
  return {
    offsets: offsets.slice(from, to + 1).map((offset) => offset - first),
    latents: latents.slice(first, last),
    values: values.slice(first, last),
  };
}

/** Some latents only, numbered in the order given, ascending within a token. */
export function selectLatents({ offsets, latents, values }: SparseActivations, keep: Uint32Array): SparseActivations {
  const numbers = new Map(Array.from(keep, (latent, index) => [latent, index]));
  const [keptLatents, keptValues, keptOffsets]: [number[], number[], number[]] = [[], [], [0]];
  for (let token = 0; token + 1 < offsets.length; token++) {
    const entries: [number, number][] = [];
    for (let entry = offsets[token]; entry < offsets[token + 1]; entry++) {
      const number = numbers.get(latents[entry]);
      if (number !== undefined) entries.push([number, values[entry]]);
    }
    for (const [latent, value] of entries.sort(([a], [b]) => a - b)) {
      keptLatents.push(latent);
      keptValues.push(value);
    }
    keptOffsets.push(keptLatents.length);
  }
  return {
    offsets: Uint32Array.from(keptOffsets),
    latents: Uint32Array.from(keptLatents),
    values: Float32Array.from(keptValues),
  };
}
