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

/** Passages one document gives at most, drawn from so many at its start: long documents are not read to their end. */
const PER_DOCUMENT = 4;
const DRAWN_FROM = 16;

/** Draws passages of every subdomain of forget documents. @param subdomainOf - undefined for a document of none */
export function planPassages(
  split: SidedSplit,
  subdomainOf: (document: number) => string | undefined,
  { length, most, seed }: PassagePlan,
): Map<string, Place[]> {
  const members = new Map<string, number[]>();
  for (const document of split.documents.keys()) {
    const subdomain = split.documentLabels[document] === 1 ? subdomainOf(document) : undefined;
    if (subdomain === undefined) continue;
    members.set(subdomain, [...(members.get(subdomain) ?? []), document]);
  }
  return new Map(
    [...members].map(([subdomain, documents]) => {
      const draw = random(seed, `passages of ${subdomain} in ${split.split}`);
      const places: Place[] = [];
      for (const index of draw.permutation(documents.length)) {
        const document = documents[index];
        // The last token ends the document.
        const count = Math.min(DRAWN_FROM, Math.floor((split.documents[document].length - 1) / length));
        const drawn = draw.permutation(count).subarray(0, PER_DOCUMENT);
        places.push(...Array.from(drawn, (passage) => ({ document, start: passage * length })));
      }
      return [subdomain, places.slice(0, most)];
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
  // What comes after the last passage of a document has no part in its states.
  const ends = indices.map((index) => Math.max(...wanted.get(index)!.map(({ start }) => start)) + length);
  const documents = indices.map((index, place) => split.documents[index].subarray(0, ends[place]));
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
