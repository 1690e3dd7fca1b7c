/**
 * @file The header of a safetensors file: eight bytes of length, then JSON that says what lies where.
 *
 * Files from outside are hostile: the header is capped, offsets must cover the data exactly without holes or overlaps,
 * and sizes must equal shape x dtype. Whoever holds the bytes (a file, an object in a store) is not known here.
 */
import { z } from "zod";
import { UserError } from "./errors.js";

export const DTYPES = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  U16: Uint16Array,
  // Bits only: whoever reads these two must ask the header which one it is (models/floats.ts makes float32 of them).
  F16: Uint16Array,
  BF16: Uint16Array,
  I16: Int16Array,
  I8: Int8Array,
  BOOL: Uint8Array,
} as const;
export type DtypeName = keyof typeof DTYPES;
export type TensorData = InstanceType<(typeof DTYPES)[DtypeName]>;

/** The reference implementation's cap on header size (100 MB). */
const MAX_HEADER_BYTES = 100_000_000;
const Entry = z.object({
  dtype: z.enum(Object.keys(DTYPES) as [DtypeName, ...DtypeName[]]),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
export type HeaderEntry = z.infer<typeof Entry>;

/** What a header says, and where the data begin. */
export interface Header {
  metadata: Record<string, string>;
  entries: Record<string, HeaderEntry>;
  /** Byte of the file at which the data begin; entries' offsets count from here. */
  dataStart: number;
}

/**
 * Bytes of the header for tensors stored back to back. Give the widest elements first, so that every tensor starts at a
 * multiple of its element size.
 */
export function encodeHeader(
  tensors: readonly { name: string; dtype: DtypeName; shape: readonly number[] }[],
  metadata: Record<string, string> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "lacuna", ...metadata } };
  let offset = 0;
  for (const { name, dtype, shape } of tensors) {
    const bytes = bytesOf(dtype, shape);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, " ");
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return padded;
}

function bytesOf(dtype: DtypeName, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, DTYPES[dtype].BYTES_PER_ELEMENT);
}

/** The error for a file that is not what it claims. */
export function corrupt(name: string, why: string): UserError {
  return new UserError(`${name} is not a valid safetensors file: ${why}. Make it again.`);
}

/**
 * Length of the JSON header, from the file's first 8 bytes. @param size - bytes of the whole file
 * @throws UserError when that cannot be
 */
export function headerLength(first: Uint8Array, size: number, name: string): number {
  if (size < 8) throw corrupt(name, `it has ${size} bytes, the header length alone takes 8`);
  const bytes = Number(new DataView(first.buffer, first.byteOffset).getBigUint64(0, true));
  if (bytes > MAX_HEADER_BYTES || 8 + bytes > size) {
    throw corrupt(name, `it claims a header of ${bytes} bytes in a file of ${size}`);
  }
  return bytes;
}

/** Reads and checks a JSON header. @param size - bytes of the whole file @throws UserError when it is dishonest */
export function parseHeader(json: Uint8Array, size: number, name: string): Header {
  const dataStart = 8 + json.length;
  const dataBytes = size - dataStart;
  let header: Record<string, unknown>;
  try {
    header = z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(json).toString("utf8")));
  } catch {
    throw corrupt(name, "its header is not a JSON object");
  }
  const metadata = z.record(z.string(), z.string()).safeParse(header.__metadata__ ?? {});
  if (!metadata.success) throw corrupt(name, "its metadata is not a map of strings");
  const entries: Record<string, HeaderEntry> = {};
  for (const [tensor, value] of Object.entries(header)) {
    if (tensor === "__metadata__") continue;
    const entry = Entry.safeParse(value);
    if (!entry.success) throw corrupt(name, `its entry "${tensor}" is malformed or of an unsupported dtype`);
    const [start, end] = entry.data.data_offsets;
    const expected = bytesOf(entry.data.dtype, entry.data.shape);
    if (end - start !== expected) {
      throw corrupt(name, `tensor "${tensor}" takes ${end - start} bytes, its shape needs ${expected}`);
    }
    entries[tensor] = entry.data;
  }
  let covered = 0;
  for (const { data_offsets } of Object.values(entries).sort((a, b) => a.data_offsets[0] - b.data_offsets[0])) {
    if (data_offsets[0] !== covered) throw corrupt(name, `its data has a hole or an overlap at byte ${covered}`);
    covered = data_offsets[1];
  }
  if (covered !== dataBytes) throw corrupt(name, `its tensors cover ${covered} of ${dataBytes} data bytes`);
  return { metadata: metadata.data, entries, dataStart };
}
