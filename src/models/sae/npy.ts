/**
 * @file NumPy's .npy: a magic, a header that is a Python dictionary, then the values.
 *
 * Only what weights are stored as is read: little-endian f2, f4 and f8, in either memory order. Object arrays, which
 * NumPy would unpickle and so run, are refused, and the header is matched against one strict form, never evaluated.
 */
import { UserError } from "../../base/errors.js";
import { widen } from "../floats.js";

export interface NpyHeader {
  type: "f2" | "f4" | "f8";
  shape: number[];
  /** Columns lie together instead of rows. */
  isFortran: boolean;
  /** Byte at which the values begin. */
  dataStart: number;
}

const BYTES = { f2: 2, f4: 4, f8: 8 } as const;
/** What the header of any plain array fits in, many times over. */
export const MAX_NPY_HEADER = 4096;
const MAGIC = Buffer.from("\x93NUMPY", "latin1");
const HEADER = /^\{'descr': '([^']{1,16})', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), ?\}\s*$/;

/** Elements of a shape. */
function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Reads the header, or returns undefined when `bytes` does not hold all of it yet.
 *
 * @param bytes - the beginning of the file
 * @param size - bytes of the whole file
 * @throws UserError when it is not one, or of values Lacuna does not read
 */
export function parseNpyHeader(bytes: Buffer, size: number, name: string): NpyHeader | undefined {
  const bad = (why: string) => new UserError(`${name} is not an array Lacuna reads: ${why}.`);
  if (size < 12) throw bad(`it has ${size} bytes`);
  if (bytes.length < 12) return undefined;
  if (!bytes.subarray(0, 6).equals(MAGIC)) throw bad("it does not begin with NumPy's magic");
  const version = bytes[6];
  if (version < 1 || version > 3) throw bad(`it is of format version ${version}`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (length > MAX_NPY_HEADER) throw bad(`it claims a header of ${length} bytes`);
  const dataStart = start + length;
  if (dataStart > size) throw bad("it ends in its header");
  if (bytes.length < dataStart) return undefined;
  const match = HEADER.exec(bytes.toString("latin1", start, dataStart));
  if (!match) throw bad("its header is not that of a plain array");
  const [, description, order, sizes] = match;
  if (description.includes("O")) throw bad("it holds Python objects, which would have to be unpickled");
  const type = /^<(f[248])$/.exec(description)?.[1] as NpyHeader["type"] | undefined;
  if (!type) throw bad(`its values are "${description}", not little-endian f2, f4 or f8`);
  const shape = sizes.split(",").flatMap((text) => (text.trim() === "" ? [] : [Number(text)]));
  if (!shape.every(Number.isSafeInteger) || dataStart + BYTES[type] * count(shape) !== size)
    throw bad(`its shape (${sizes}) does not fit its ${size - dataStart} bytes of values`);
  return { type, shape, isFortran: order === "True", dataStart };
}

/** Takes the values of an array piece by piece, so that a big one is never held twice. */
export class NpyValues {
  readonly data: Float32Array<ArrayBuffer>;
  private done = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly header: NpyHeader,
    private readonly name: string,
  ) {
    this.data = new Float32Array(count(header.shape));
  }

  /** The next bytes after the header. @throws UserError when a value is not finite or there are too many */
  add(bytes: Buffer): void {
    const size = BYTES[this.header.type];
    const all = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    const whole = Math.floor(all.length / size);
    if (this.done + whole > this.data.length) throw new UserError(`${this.name} is longer than its header says.`);
    const values = all.subarray(0, whole * size);
    if (this.header.type === "f8") this.narrow(values);
    else widen(this.header.type === "f2" ? "F16" : "F32", values, this.data, this.done, this.name);
    this.done += whole;
    this.rest = Buffer.from(all.subarray(whole * size));
  }

  private narrow(values: Buffer): void {
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let at = 0; at < values.byteLength; at += 8) {
      const value = Math.fround(view.getFloat64(at, true));
      if (!Number.isFinite(value)) throw new UserError(`${this.name} has a value that is not a finite float32.`);
      this.data[this.done + at / 8] = value;
    }
  }

  /** All values, rows together. @throws UserError when some are missing */
  finish(): Float32Array<ArrayBuffer> {
    if (this.done !== this.data.length || this.rest.length > 0)
      throw new UserError(`${this.name} ends after ${this.done} of ${this.data.length} values.`);
    const { shape, isFortran } = this.header;
    if (!isFortran || shape.length < 2) return this.data;
    if (shape.length > 2)
      throw new UserError(`${this.name} has ${shape.length} axes in Fortran order; Lacuna reads two.`);
    const [rows, columns] = shape;
    const result = new Float32Array(this.data.length);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) result[row * columns + column] = this.data[column * rows + row];
    return result;
  }
}
