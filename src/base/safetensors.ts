/**
 * @file safetensors: Lacuna's only binary format (https://huggingface.co/docs/safetensors).
 *
 * Eight bytes of header length, a JSON header (safetensors-header.ts), then the tensors back to back. Provenance goes
 * into the header's metadata. Nothing here executes or deserialises code.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UserError } from "./errors.js";
import { writeFileAtomic } from "./files.js";
import {
  DTYPES,
  type DtypeName,
  encodeHeader,
  headerLength,
  parseHeader,
  type TensorData,
} from "./safetensors-header.js";

export type { TensorData };

/** A named array as stored. `data` has product(shape) elements. */
export interface StoredTensor {
  data: TensorData;
  shape: readonly number[];
}

function dtypeOf(data: TensorData): DtypeName {
  return (Object.keys(DTYPES) as DtypeName[]).find((name) => data instanceof DTYPES[name])!;
}

/** A whole file as chunks. Metadata values are strings (JSON-encode the rest). */
export function safetensorsChunks(
  tensors: Record<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Uint8Array[] {
  // Widest elements first, so that every tensor starts at a multiple of its element size.
  const entries = Object.entries(tensors).sort((a, b) => b[1].data.BYTES_PER_ELEMENT - a[1].data.BYTES_PER_ELEMENT);
  const described = entries.map(([name, { data, shape }]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== data.length) throw new Error(`${name}: shape [${shape}] holds ${count}, data ${data.length}`);
    return { name, dtype: dtypeOf(data), shape };
  });
  const bytes = ([, { data }]: [string, StoredTensor]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [encodeHeader(described, metadata), ...entries.map(bytes)];
}

/** Writes tensors atomically. */
export async function writeSafetensors(
  path: string,
  tensors: Record<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Promise<void> {
  await writeFileAtomic(path, safetensorsChunks(tensors, metadata));
}

export interface SafetensorsFile {
  metadata: Record<string, string>;
  tensors: Record<string, StoredTensor>;
}

/** Reads a safetensors file, or only the named tensors. @throws UserError when it is missing, corrupt or dishonest. */
export function readSafetensors(path: string, names?: readonly string[]): SafetensorsFile {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}. Check the path.`);
  }
  try {
    const size = fstatSync(file).size;
    const first = readAt(file, 0, Math.min(8, size));
    const header = readAt(file, 8, headerLength(first, size, path));
    const { metadata, entries, dataStart } = parseHeader(header, size, path);
    const tensors: Record<string, StoredTensor> = {};
    for (const name of names ?? Object.keys(entries)) {
      const entry = entries[name];
      if (!entry) throw new UserError(`${path} has no tensor "${name}"; it has ${Object.keys(entries).join(", ")}.`);
      const [start, end] = entry.data_offsets;
      const raw = readAt(file, dataStart + start, end - start);
      tensors[name] = { shape: entry.shape, data: new DTYPES[entry.dtype](raw.buffer) };
    }
    return { metadata, tensors };
  } finally {
    closeSync(file);
  }
}

/** Reads exactly `length` bytes into memory of their own, so that typed arrays over them are aligned. */
function readAt(file: number, position: number, length: number): Buffer<ArrayBuffer> {
  const buffer = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length; ) {
    // One read call is capped at 2 GiB by the operating system.
    const read = readSync(file, buffer, done, Math.min(length - done, 1 << 30), position + done);
    if (read === 0) throw new UserError(`A file ended ${length - done} bytes early while it was read. Make it again.`);
    done += read;
  }
  return buffer;
}
