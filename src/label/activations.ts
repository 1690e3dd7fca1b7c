/**
 * @file States and SAE activations of whole documents, streamed in runs of many documents.
 *
 * Activations are dense only inside one run: everything after reads the few latents that are active on each token.
 */
import type { Annotator } from "./annotator.js";
import type { SaeConfig, SaeRunner } from "./sae-files.js";

/** Tokens gathered before the SAE is run: it is far faster on many rows than on one document's. */
const ROWS_PER_RUN = 8192;

/** Several documents one after another. */
export interface StatesRun {
  /** Their indices among the documents given. */
  documents: number[];
  /** Shape [tokens of all of them, width]. */
  states: Float32Array;
}

/** Reads documents in order, several at a time. Memory is bounded by one run and one document. */
export async function* readRuns(
  annotator: Annotator,
  layer: number,
  documents: readonly Uint32Array[],
): AsyncGenerator<StatesRun> {
  let gathered: { document: number; states: Float32Array }[] = [];
  let values = 0;
  const take = (): StatesRun => {
    const states = new Float32Array(values);
    let offset = 0;
    for (const part of gathered) {
      states.set(part.states, offset);
      offset += part.states.length;
    }
    const run = { documents: gathered.map(({ document }) => document), states };
    gathered = [];
    values = 0;
    return run;
  };
  for await (const { document, states } of annotator.read(documents, layer)) {
    gathered.push({ document, states });
    values += states.length;
    if (values >= ROWS_PER_RUN * annotator.width) yield take();
  }
  if (gathered.length > 0) yield take();
}

/** Active latents of consecutive tokens: those of token t are entries offsets[t] to offsets[t + 1] - 1. */
export interface SparseActivations {
  /** Shape [tokens + 1], from 0. */
  offsets: Uint32Array;
  /** Which latent, ascending within a token. */
  latents: Uint32Array;
  /** Its activation, above 0. */
  values: Float32Array;
}

/** Keeps what is above 0 of dense activations [tokens, latents]. */
export function sparse(activations: Float32Array, latents: number): SparseActivations {
  const tokens = activations.length / latents;
  let count = 0;
  for (const activation of activations) if (activation > 0) count++;
  const result = {
    offsets: new Uint32Array(tokens + 1),
    latents: new Uint32Array(count),
    values: new Float32Array(count),
  };
  for (let token = 0, entry = 0; token < tokens; token++) {
    for (let latent = 0; latent < latents; latent++) {
      const activation = activations[token * latents + latent];
      if (activation <= 0) continue;
      result.latents[entry] = latent;
      result.values[entry++] = activation;
    }
    result.offsets[token + 1] = entry;
  }
  return result;
}

export interface DocumentActivations {
  /** Index among the documents given. */
  document: number;
  active: SparseActivations;
}

/** Activations of every document, in order. */
export async function* readActivations(
  annotator: Annotator,
  runner: SaeRunner,
  { layer, latents }: Pick<SaeConfig, "layer" | "latents">,
  documents: readonly Uint32Array[],
): AsyncGenerator<DocumentActivations> {
  for await (const run of readRuns(annotator, layer, documents)) {
    const activations = await runner.encode(run.states);
    let row = 0;
    for (const document of run.documents) {
      const end = row + documents[document].length;
      yield { document, active: sparse(activations.subarray(row * latents, end * latents), latents) };
      row = end;
    }
  }
}
