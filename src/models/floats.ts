/**
 * @file The floating-point formats model files come in, made float32: bfloat16, half precision, and float32 itself.
 *
 * Every value of the two short formats is a float32 exactly, so nothing is rounded here. Weights that are not finite
 * are refused: one of them makes every state it touches meaningless, without an error.
 */
import { UserError } from "../base/errors.js";

export const FLOAT_DTYPES = ["F32", "F16", "BF16"] as const;
export type FloatDtype = (typeof FLOAT_DTYPES)[number];

/** Bytes of one value. */
export const FLOAT_BYTES: Record<FloatDtype, number> = { F32: 4, F16: 2, BF16: 2 };

/** All exponent bits of a float32: an infinity or no number. */
const EXPONENT = 0x7f80_0000;

/**
 * Little-endian values to float32, appended at `at`.
 *
 * @param bytes - whole values, at any alignment
 * @param name - of the tensor, for the error
 * @throws UserError when a value is not finite
 */
export function widen(dtype: FloatDtype, bytes: Uint8Array, into: Float32Array, at: number, name: string): void {
  const count = bytes.byteLength / FLOAT_BYTES[dtype];
  const bits = new Uint32Array(into.buffer, into.byteOffset + 4 * at, count);
  if (dtype === "F32") new Uint8Array(bits.buffer, bits.byteOffset, 4 * count).set(bytes);
  else {
    const halves = aligned16(bytes);
    if (dtype === "BF16") for (let index = 0; index < count; index++) bits[index] = halves[index] << 16;
    else {
      const table = halfTable();
      for (let index = 0; index < count; index++) bits[index] = table[halves[index]];
    }
  }
  for (let index = 0; index < count; index++)
    if ((bits[index] & EXPONENT) === EXPONENT)
      throw new UserError(`${name} has a value that is not finite (value ${at + index}). Get the file again.`);
}

function aligned16(bytes: Uint8Array): Uint16Array {
  const source = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(source.buffer, source.byteOffset, source.byteLength / 2);
}

let halves: Uint32Array | undefined;

/** Bits of the float32 equal to each of the 65,536 half-precision values. */
function halfTable(): Uint32Array {
  if (halves) return halves;
  const values = new Float32Array(65_536);
  for (let bits = 0; bits < 65_536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const size =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 31
          ? fraction === 0
            ? Number.POSITIVE_INFINITY
            : Number.NaN
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    values[bits] = sign * size;
  }
  halves = new Uint32Array(values.buffer);
  return halves;
}
