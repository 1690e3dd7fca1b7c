/** @file safetensors in a Store: written whole, read tensor by tensor or by ranges of elements. */

import { UserError } from "../../base/errors.js";
import { type StoredTensor, safetensorsChunks } from "../../base/safetensors.js";
import { DTYPES, type Header, headerLength, parseHeader, type TensorData } from "../../base/safetensors-header.js";
import type { Store } from "../../base/store/index.js";

/** An open file: its header, and ranges of its tensors. */
export interface TensorsFile {
  metadata: Record<string, string>;
  entries: Header["entries"];
  /** Elements [start, end) of a tensor, counted in row-major order; all of them when omitted. */
  read(name: string, start?: number, end?: number): Promise<TensorData>;
}

export function writeTensors(
  store: Store,
  name: string,
  tensors: Record<string, StoredTensor>,
  metadata: Record<string, string>,
): Promise<void> {
  return store.write(name, safetensorsChunks(tensors, metadata));
}

/** Opens a file of a store. @throws UserError when it is missing or not a valid safetensors file */
export async function openTensors(store: Store, name: string): Promise<TensorsFile> {
  const shown = `${store.uri}/${name}`;
  const size = await store.size(name);
  if (size === undefined) throw new UserError(`${shown} does not exist.`);
  const length = headerLength(await store.readRange(name, 0, Math.min(8, size)), size, shown);
  const { metadata, entries, dataStart } = parseHeader(await store.readRange(name, 8, 8 + length), size, shown);
  return {
    metadata,
    entries,
    async read(tensor, start = 0, end) {
      const entry = entries[tensor];
      if (!entry) throw new UserError(`${shown} has no tensor "${tensor}"; it has ${Object.keys(entries).join(", ")}.`);
      const kind = DTYPES[entry.dtype];
      const first = dataStart + entry.data_offsets[0];
      const last = end === undefined ? dataStart + entry.data_offsets[1] : first + end * kind.BYTES_PER_ELEMENT;
      const bytes = await store.readRange(name, first + start * kind.BYTES_PER_ELEMENT, last);
      return new kind(bytes.buffer);
    },
  };
}

/** Elements of a tensor as stored. */
export function lengthOf(file: TensorsFile, tensor: string): number {
  const entry = file.entries[tensor];
  return entry === undefined ? 0 : entry.shape.reduce((product, size) => product * size, 1);
}
