/**
 * @file Passages of subdomains: stretches of equal length cut from documents, and the mean of a model's states over each.
 *
 * A subdomain is what a document's source, or its subject in a file of records, says it is of. Documents are split as
 * the corpus is, so no document gives passages to two splits.
 */
import { random } from "../../base/random.js";
import type { StateReader } from "../../nn/index.js";
import type { SidedSplit } from "./labelled.js";

export interface PassagePlan {
  /** Tokens of a passage. */
  length: number;
  /** Passages of a subdomain in a split, at most. */
  most: number;
  seed: number;
}

/** Where a passage begins. */
export interface Place {
  document: number;
  start: number;
}

export interface Passages {
  /** Per subdomain, the mean states of its passages at each layer, [layers][passages * width]. */
  states: Map<string, Float32Array[]>;
  /** Per subdomain, the document of each passage. */
  documents: Map<string, Uint32Array>;
}

/** Draws passages of every subdomain of forget documents. @param subdomainOf - undefined for a document of none */
export function planPassages(
  split: SidedSplit,
  subdomainOf: (document: number) => string | undefined,
  { length, most, seed }: PassagePlan,
): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const [document, tokens] of split.documents.entries()) {
    const subdomain = split.documentLabels[document] === 1 ? subdomainOf(document) : undefined;
    if (subdomain === undefined) continue;
    if (!places.has(subdomain)) places.set(subdomain, []);
    // The last token ends the document.
    for (let start = 0; start + length < tokens.length; start += length)
      places.get(subdomain)!.push({ document, start });
  }
  return new Map(
    [...places].map(([subdomain, all]) => {
      const order = random(seed, `passages of ${subdomain} in ${split.split}`).permutation(all.length);
      return [subdomain, Array.from(order.subarray(0, most), (index) => all[index])];
    }),
  );
}

/** Reads the documents of planned passages and averages their states. */
export async function readPassages(
  reader: StateReader,
  split: SidedSplit,
  plan: ReadonlyMap<string, readonly Place[]>,
  layers: readonly number[],
  length: number,
): Promise<Passages> {
  const { width } = reader.model.config;
  const entries = [...plan];
  const states = new Map(
    entries.map(([name, places]) => [name, layers.map(() => new Float32Array(places.length * width))]),
  );
  const wanted = new Map<number, { name: string; row: number; start: number }[]>();
  for (const [name, places] of entries)
    for (const [row, { document, start }] of places.entries())
      wanted.set(document, [...(wanted.get(document) ?? []), { name, row, start }]);
  const indices = [...wanted.keys()].sort((a, b) => a - b);
  const documents = indices.map((index) => split.documents[index]);
  for await (const read of reader.read(documents, { layers })) {
    for (const { name, row, start } of wanted.get(indices[read.document])!) {
      for (const [k, layer] of read.states.entries()) {
        const sums = new Float64Array(width);
        for (let token = start; token < start + length; token++)
          for (let j = 0; j < width; j++) sums[j] += layer[token * width + j];
        states.get(name)![k].set(
          sums.map((sum) => sum / length),
          row * width,
        );
      }
    }
  }
  const of = (places: readonly Place[]) => Uint32Array.from(places, ({ document }) => document);
  return { states, documents: new Map(entries.map(([name, places]) => [name, of(places)])) };
}
