/**
 * @file Activations of documents that outlive an interruption: reading a large model is what takes the time.
 *
 * Documents are read in groups whose activations are kept in one file each; a second reading, in the same run or after a
 * crash, takes what is there. A token costs 8 bytes for each latent active on it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "../base/safetensors.js";
import type { DocumentActivations, SparseActivations } from "../models/index.js";

/** Tokens in a group, at least: what an interruption costs. */
const GROUP_TOKENS = 1 << 15;

/**
 * Reads documents in order.
 *
 * @param folder - where groups are kept: of these documents, this reader and these latents only
 * @param read - reads some of them, in order
 * @param onRead - told how many have been read, those found included
 */
export async function* storedActivations(
  folder: string,
  documents: readonly Uint32Array[],
  read: (documents: readonly Uint32Array[]) => AsyncIterable<DocumentActivations>,
  onRead: (documents: number) => void = () => {},
): AsyncGenerator<DocumentActivations> {
  for (let first = 0; first < documents.length; ) {
    let [end, tokens] = [first, 0];
    while (end < documents.length && tokens < GROUP_TOKENS) tokens += documents[end++].length;
    const path = join(folder, `${first}.safetensors`);
    if (!existsSync(path)) {
      const group: SparseActivations[] = [];
      for await (const { document, active } of read(documents.slice(first, end))) {
        group.push(active);
        onRead(first + document + 1);
      }
      await writeGroup(path, group);
    }
    onRead(end);
    yield* readGroup(path, documents.slice(first, end), first);
    first = end;
  }
}

async function writeGroup(path: string, group: readonly SparseActivations[]): Promise<void> {
  const entries = group.reduce((sum, { values }) => sum + values.length, 0);
  const tokens = group.reduce((sum, { offsets }) => sum + offsets.length - 1, 0);
  const [counts, latents, values] = [new Uint32Array(tokens), new Uint32Array(entries), new Float32Array(entries)];
  let [token, entry] = [0, 0];
  for (const active of group) {
    for (let at = 1; at < active.offsets.length; at++) counts[token++] = active.offsets[at] - active.offsets[at - 1];
    latents.set(active.latents, entry);
    values.set(active.values, entry);
    entry += active.values.length;
  }
  await writeSafetensors(path, {
    counts: { data: counts, shape: [tokens] },
    latents: { data: latents, shape: [entries] },
    values: { data: values, shape: [entries] },
  });
}

function* readGroup(path: string, documents: readonly Uint32Array[], first: number): Generator<DocumentActivations> {
  const { counts, latents, values } = readSafetensors(path).tensors;
  let [token, entry] = [0, 0];
  for (const [index, { length }] of documents.entries()) {
    const offsets = new Uint32Array(length + 1);
    for (let at = 0; at < length; at++) offsets[at + 1] = offsets[at] + Number(counts.data[token++]);
    const end = entry + offsets[length];
    const active = {
      offsets,
      latents: latents.data.subarray(entry, end) as Uint32Array,
      values: values.data.subarray(entry, end) as Float32Array,
    };
    entry = end;
    yield { document: first + index, active };
  }
}
