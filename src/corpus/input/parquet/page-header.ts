/**
 * @file The header of a Parquet page: read as it is stored, written as every page is handed to hyparquet.
 *
 * hyparquet's public interface reads whole column chunks only, so pages are found here. Numbers of the format are in
 * parquet.thrift of apache/parquet-format.
 */
import { walkThrift } from "./thrift.js";

/** Statistics in a header may quote values, so it has many numbers at most. */
const MAX_HEADER_VALUES = 1000;

export const PAGE = { data: 0, dictionary: 2, data2: 3 } as const;
export const ENCODING = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  deltaBinary: 5,
  deltaLength: 6,
  deltaPrefix: 7,
  dictionary: 8,
  byteStreamSplit: 9,
} as const;

export interface PageHeader {
  type: number;
  /** Bytes of the page uncompressed, and as stored behind its header. */
  bytes: number;
  storedBytes: number;
  /** Checksum of what is stored. */
  crc?: number;
  values: number;
  encoding: number;
  /** How levels are written, in version 1. */
  levels?: number;
  /** Of version 2, which keeps its levels uncompressed. */
  repetitionBytes: number;
  definitionBytes: number;
  isCompressed: boolean;
}

/** @returns the header at the start of `bytes`, and its length @throws ThriftError when it is damaged */
export function readPageHeader(bytes: Uint8Array): { header: PageHeader; length: number } {
  const found = new Map<string, number>();
  const length = walkThrift(bytes, 0, MAX_HEADER_VALUES, (parent, field, value) =>
    found.set(`${parent}.${field}`, value),
  );
  const type = found.get("0.1") ?? -1;
  const kind = type === PAGE.dictionary ? 7 : type === PAGE.data2 ? 8 : 5;
  const number = (path: string) => found.get(path) ?? -1;
  const header: PageHeader = {
    type,
    bytes: number("0.2"),
    storedBytes: number("0.3"),
    crc: found.get("0.4"),
    values: number(`${kind}.1`),
    encoding: number(kind === 8 ? "8.4" : `${kind}.2`),
    levels: kind === 5 ? found.get("5.3") : undefined,
    repetitionBytes: number("8.6"),
    definitionBytes: number("8.5"),
    isCompressed: found.get("8.7") !== 0,
  };
  return { header, length };
}

/** The header of an uncompressed page: of a dictionary, or of data in version 1. */
export function writePageHeader(type: 0 | 2, bytes: number, values: number, encoding: number): Uint8Array {
  const out: number[] = [];
  const integer = (value: number) => {
    out.push(0x15);
    let rest = value * 2;
    for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
    out.push(rest);
  };
  for (const value of [type, bytes, bytes]) integer(value);
  // The structure of the kind is field 5 or 7, two or four behind field 3.
  out.push(type === PAGE.data ? 0x2c : 0x4c);
  const numbers = [values, encoding];
  if (type === PAGE.data) numbers.push(ENCODING.rle, ENCODING.rle);
  for (const value of numbers) integer(value);
  out.push(0, 0);
  return Uint8Array.from(out);
}
