/**
 * @file Checks the encodings inside a Parquet page before they are decoded.
 *
 * Run lengths and block sizes are claims: a run of four bytes may stand for two thousand million values. The decoder
 * believes them, so what it would be asked to write is summed up first.
 */

/** A level or index run may be padded to whole groups of eight; writers pad up to a few groups. */
const PADDING = 512;
const MAX_BLOCK_VALUES = 2 ** 20;

export class RunError extends Error {
  override name = "RunError";
}

/**
 * Checks runs of the RLE / bit-packing hybrid.
 *
 * @param width - bits per value
 * @param count - values that should come out
 * @param wanted - a value to count, of at most 8 bits
 * @returns how many of the `count` values are `wanted`
 * @throws RunError when more come out, or a run's header has no end
 */
export function checkRuns(bytes: Uint8Array, start: number, width: number, count: number, wanted = -1): number {
  if (width > 32) throw new RunError(`values of ${width} bits`);
  const cursor = { at: start };
  let found = 0;
  for (let seen = 0; seen < count; ) {
    if (cursor.at >= bytes.length) throw new RunError(`${seen} values where ${count} are claimed`);
    const header = varint(bytes, cursor, 5);
    const isPacked = header % 2 === 1;
    const length = Math.floor(header / 2) * (isPacked ? 8 : 1);
    if (seen + length > count + (isPacked ? PADDING : 0))
      throw new RunError(`${seen + length} values where ${count} are claimed`);
    if (wanted >= 0) {
      const used = Math.min(length, count - seen);
      if (isPacked) found += countPacked(bytes, cursor.at, width, used, wanted);
      else if (bytes[cursor.at] === wanted) found += used;
    }
    seen += length;
    cursor.at += isPacked ? (length / 8) * width : Math.ceil(width / 8);
  }
  return found;
}

/** How many of `count` values of `width` bits, packed from the lowest bit, are `wanted`. */
function countPacked(bytes: Uint8Array, start: number, width: number, count: number, wanted: number): number {
  const mask = 2 ** width - 1;
  let found = 0;
  for (let i = 0; i < count; i++) {
    const bit = i * width;
    const at = start + (bit >> 3);
    if ((((bytes[at] | (bytes[at + 1] << 8)) >> (bit & 7)) & mask) === wanted) found++;
  }
  return found;
}

/**
 * Checks a DELTA_BINARY_PACKED sequence of `count` values.
 * @returns the offset behind it
 * @throws RunError when its blocks are out of bounds
 */
export function checkDelta(bytes: Uint8Array, start: number, count: number): number {
  const cursor = { at: start };
  const blockValues = varint(bytes, cursor, 5);
  const miniblocks = varint(bytes, cursor, 5);
  varint(bytes, cursor, 5);
  varint(bytes, cursor, 10);
  const perMiniblock = blockValues / miniblocks;
  if (!(blockValues > 0 && blockValues <= MAX_BLOCK_VALUES && Number.isInteger(perMiniblock))) {
    throw new RunError(`blocks of ${blockValues} values in ${miniblocks} parts`);
  }
  for (let seen = 1; seen < count; ) {
    varint(bytes, cursor, 10);
    const widths = bytes.subarray(cursor.at, (cursor.at += miniblocks));
    if (widths.length < miniblocks) throw new RunError("blocks that are cut off");
    for (let i = 0; i < miniblocks && seen < count; i++) {
      if (widths[i] > 64) throw new RunError(`values of ${widths[i]} bits`);
      cursor.at += Math.ceil((widths[i] * perMiniblock) / 8);
      seen += perMiniblock;
    }
  }
  return cursor.at;
}

function varint(bytes: Uint8Array, cursor: { at: number }, maxDigits: number): number {
  let value = 0;
  for (let digits = 0; ; digits++) {
    if (digits === maxDigits || cursor.at >= bytes.length) throw new RunError("a number without end");
    const digit = bytes[cursor.at++];
    value += (digit & 127) * 2 ** (7 * digits);
    if (digit < 128) return value;
  }
}
