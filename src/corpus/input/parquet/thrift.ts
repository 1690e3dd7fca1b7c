/**
 * @file Walks Thrift structures (compact protocol) before they are parsed, and reads the few numbers of a page's header.
 *
 * hyparquet parses the footer, but trusts the lengths it reads: a list may claim more elements than there is memory, a
 * number may go on for megabytes. This walk allocates nothing and refuses what no Parquet writer makes.
 */

/** Deepest nesting; Parquet's own is below ten. */
const MAX_DEPTH = 24;

export class ThriftError extends Error {
  override name = "ThriftError";
}

/**
 * A number or boolean met on the way.
 * @param parent - id of the field whose structure it is in, 0 at the top; deeper ones are not told
 */
export type OnNumber = (parent: number, field: number, value: number) => void;

/**
 * Walks one structure.
 *
 * @param start - offset at which it begins
 * @param maxValues - most values in it, nested ones included
 * @returns the offset behind it
 * @throws ThriftError when it is malformed, runs out of the bytes or over a bound
 */
export function walkThrift(bytes: Uint8Array, start: number, maxValues: number, onNumber?: OnNumber): number {
  let at = start;
  let values = 0;

  const byte = () => {
    if (at >= bytes.length) throw new ThriftError("it is cut off");
    return bytes[at++];
  };
  const varint = () => {
    let value = 0;
    for (let digits = 0; ; digits++) {
      const digit = byte();
      value += (digit & 127) * 2 ** (7 * digits);
      if (digit < 128) return value;
      if (digits === 9) throw new ThriftError("a number has more than 64 bits");
    }
  };
  const skip = (count: number) => {
    if (count > bytes.length - at)
      throw new ThriftError(`it claims ${count} bytes where ${bytes.length - at} are left`);
    at += count;
  };
  /** @returns the number or boolean it is */
  const value = (type: number, depth: number, field: number): number | undefined => {
    if (++values > maxValues) throw new ThriftError(`it has more than ${maxValues} values`);
    if (type === 1 || type === 2) return 2 - type;
    if (type >= 4 && type <= 6) return fromZigzag(varint());
    if (type === 3) skip(1);
    else if (type === 7) skip(8);
    else if (type === 8) skip(varint());
    else if (type === 9) list(depth);
    else if (type === 12) struct(depth, field);
    else throw new ThriftError(`it has a value of type ${type}, which Parquet does not use`);
    return undefined;
  };
  const list = (depth: number) => {
    if (depth > MAX_DEPTH) throw new ThriftError("it is nested too deep");
    const head = byte();
    const size = head >> 4 === 15 ? varint() : head >> 4;
    const type = head & 15;
    if (size > bytes.length - at) throw new ThriftError(`a list claims ${size} values in ${bytes.length - at} bytes`);
    for (let i = 0; i < size; i++) value(type === 1 || type === 2 ? 3 : type, depth + 1, -1);
  };
  const struct = (depth: number, parent: number) => {
    if (depth > MAX_DEPTH) throw new ThriftError("it is nested too deep");
    let field = 0;
    for (let head = byte(); (head & 15) !== 0; head = byte()) {
      field = head >> 4 === 0 ? fromZigzag(varint()) : field + (head >> 4);
      const found = value(head & 15, depth + 1, depth === 0 ? field : -1);
      if (found !== undefined && parent >= 0) onNumber?.(parent, field, found);
    }
  };

  struct(0, 0);
  return at;
}

function fromZigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
