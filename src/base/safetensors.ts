/**
 * @file safetensors: Lacuna's only binary format (https://huggingface.co/docs/safetensors).
 *
 * Eight bytes of header length, a JSON header, then the tensors back to back. Files from outside are hostile: the
 * header is capped, offsets must cover the data exactly without holes or overlaps, and sizes must equal shape x dtype.
 * Provenance goes into the header's metadata. Nothing here executes or deserialises code.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { z } from "zod";
import { UserError } from "./errors.js";
import { writeFileAtomic } from "./files.js";

const DTYPES = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  U16: Uint16Array,
} as const;
type DtypeName = keyof typeof DTYPES;
export type TensorData = InstanceType<(typeof DTYPES)[DtypeName]>;

/** A named array as stored. `data` has product(shape) elements. */
export interface StoredTensor {
  data: TensorData;
  shape: readonly number[];
}

/** The reference implementation's cap on header size (100 MB). */
const MAX_HEADER_BYTES = 100_000_000;
const Entry = z.object({
  dtype: z.enum(Object.keys(DTYPES) as [DtypeName, ...DtypeName[]]),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

function dtypeOf(data: TensorData): DtypeName {
  return (Object.keys(DTYPES) as DtypeName[]).find((name) => data instanceof DTYPES[name])!;
}

/** Writes tensors atomically. Keys are stored in the order given; metadata values are strings (JSON-encode the rest). */
export async function writeSafetensors(
  path: string,
  tensors: Record<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: { format: "lacuna", ...metadata } };
  let offset = 0;
  // Widest elements first, so that every tensor starts at a multiple of its element size.
  const entries = Object.entries(tensors).sort((a, b) => b[1].data.BYTES_PER_ELEMENT - a[1].data.BYTES_PER_ELEMENT);
  for (const [name, { data, shape }] of entries) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== data.length) throw new Error(`${name}: shape [${shape}] holds ${count}, data ${data.length}`);
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(
    text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 - Buffer.byteLength(text) + text.length),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const bytes = ([, { data }]: [string, StoredTensor]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  await writeFileAtomic(path, [length, json, ...entries.map(bytes)]);
}

export interface SafetensorsFile {
  metadata: Record<string, string>;
  tensors: Record<string, StoredTensor>;
}

/** Reads a safetensors file, or only the named tensors. @throws UserError when it is missing, corrupt or dishonest. */
export function readSafetensors(path: string, names?: readonly string[]): SafetensorsFile {
  const corrupt = (why: string) => new UserError(`${path} is not a valid safetensors file: ${why}. Make it again.`);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}. Check the path.`);
  }
  try {
    const size = fstatSync(file).size;
    if (size < 8) throw corrupt(`it has ${size} bytes, the header length alone takes 8`);
    const headerBytes = Number(readAt(file, 0, 8).readBigUInt64LE());
    if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > size) {
      throw corrupt(`it claims a header of ${headerBytes} bytes in a file of ${size}`);
    }
    const { metadata, entries } = parseHeader(
      readAt(file, 8, headerBytes).toString("utf8"),
      size - 8 - headerBytes,
      corrupt,
    );
    const tensors: Record<string, StoredTensor> = {};
    for (const name of names ?? Object.keys(entries)) {
      const entry = entries[name];
      if (!entry) throw new UserError(`${path} has no tensor "${name}"; it has ${Object.keys(entries).join(", ")}.`);
      const [start, end] = entry.data_offsets;
      const raw = readAt(file, 8 + headerBytes + start, end - start);
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

function parseHeader(text: string, dataBytes: number, corrupt: (why: string) => UserError) {
  let header: Record<string, unknown>;
  try {
    header = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw corrupt("its header is not a JSON object");
  }
  const metadata = z.record(z.string(), z.string()).safeParse(header.__metadata__ ?? {});
  if (!metadata.success) throw corrupt("its metadata is not a map of strings");
  const entries: Record<string, z.infer<typeof Entry>> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const entry = Entry.safeParse(value);
    if (!entry.success) throw corrupt(`its entry "${name}" is malformed or of an unsupported dtype`);
    const [start, end] = entry.data.data_offsets;
    const expected = entry.data.shape.reduce(
      (product, size) => product * size,
      DTYPES[entry.data.dtype].BYTES_PER_ELEMENT,
    );
    if (end - start !== expected)
      throw corrupt(`tensor "${name}" takes ${end - start} bytes, its shape needs ${expected}`);
    entries[name] = entry.data;
  }
  let covered = 0;
  for (const { data_offsets } of Object.values(entries).sort((a, b) => a.data_offsets[0] - b.data_offsets[0])) {
    if (data_offsets[0] !== covered) throw corrupt(`its data has a hole or an overlap at byte ${covered}`);
    covered = data_offsets[1];
  }
  if (covered !== dataBytes) throw corrupt(`its tensors cover ${covered} of ${dataBytes} data bytes`);
  return { metadata: metadata.data, entries };
}
