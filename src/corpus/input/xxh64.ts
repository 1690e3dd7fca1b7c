/**
 * @file XXH64, the checksum of Zstandard frames, over a stream.
 *
 * 64-bit numbers are pairs of 32-bit halves: with BigInt it would be slower than the decompressor it checks.
 */

/** The five primes of the algorithm as [high, low]. */
const P1 = [0x9e3779b1, 0x85ebca87];
const P2 = [0xc2b2ae3d, 0x27d4eb4f];
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
const MASK = 0xffffffffffffffffn;
const P1_BIG = 0x9e3779b185ebca87n;
const P2_BIG = 0xc2b2ae3d27d4eb4fn;
const STRIPE = 32;

/** Hashes what it is given, in order, with seed 0. */
export class Xxh64 {
  /** Four accumulators, each high then low. */
  private readonly lanes = new Uint32Array(8);
  private readonly rest = Buffer.alloc(STRIPE);
  private restBytes = 0;
  private total = 0;

  constructor() {
    const starts = [P1_BIG + P2_BIG, P2_BIG, 0n, -P1_BIG];
    starts.forEach((start, lane) => {
      this.lanes[2 * lane] = Number((start & MASK) >> 32n);
      this.lanes[2 * lane + 1] = Number(start & 0xffffffffn);
    });
  }

  update(bytes: Uint8Array): void {
    this.total += bytes.length;
    let at = 0;
    if (this.restBytes > 0) {
      at = Math.min(bytes.length, STRIPE - this.restBytes);
      this.rest.set(bytes.subarray(0, at), this.restBytes);
      this.restBytes += at;
      if (this.restBytes < STRIPE) return;
      this.stripes(this.rest, 0, STRIPE);
      this.restBytes = 0;
    }
    const end = at + Math.floor((bytes.length - at) / STRIPE) * STRIPE;
    this.stripes(bytes, at, end);
    this.rest.set(bytes.subarray(end), 0);
    this.restBytes = bytes.length - end;
  }

  /** The low 32 bits of the hash, which is what a frame keeps. */
  low32(): number {
    const lane = (index: number) => (BigInt(this.lanes[2 * index]) << 32n) | BigInt(this.lanes[2 * index + 1]);
    let hash = P5;
    if (this.total >= STRIPE) {
      hash = (rotate(lane(0), 1n) + rotate(lane(1), 7n) + rotate(lane(2), 12n) + rotate(lane(3), 18n)) & MASK;
      for (let index = 0; index < 4; index++) {
        hash = ((hash ^ round(0n, lane(index))) * P1_BIG + P4) & MASK;
      }
    }
    hash = (hash + BigInt(this.total)) & MASK;
    let at = 0;
    for (; at + 8 <= this.restBytes; at += 8) {
      hash = (rotate(hash ^ round(0n, this.rest.readBigUInt64LE(at)), 27n) * P1_BIG + P4) & MASK;
    }
    if (at + 4 <= this.restBytes) {
      hash = (rotate(hash ^ ((BigInt(this.rest.readUInt32LE(at)) * P1_BIG) & MASK), 23n) * P2_BIG + P3) & MASK;
      at += 4;
    }
    for (; at < this.restBytes; at++)
      hash = (rotate(hash ^ ((BigInt(this.rest[at]) * P5) & MASK), 11n) * P1_BIG) & MASK;
    hash = ((hash ^ (hash >> 33n)) * P2_BIG) & MASK;
    hash = ((hash ^ (hash >> 29n)) * P3) & MASK;
    return Number((hash ^ (hash >> 32n)) & 0xffffffffn);
  }

  /** lane = rotate(lane + input * P2, 31) * P1, for the four lanes of each stripe. */
  private stripes(bytes: Uint8Array, start: number, end: number): void {
    const { lanes } = this;
    for (let at = start; at < end; at += 8) {
      const lane = ((at - start) >> 2) & 6;
      const low = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      const high = bytes[at + 4] | (bytes[at + 5] << 8) | (bytes[at + 6] << 16) | (bytes[at + 7] << 24);
      const productLow = Math.imul(low, P2[1]);
      const productHigh = (highOf(low, P2[1]) + Math.imul(low, P2[0]) + Math.imul(high, P2[1])) | 0;
      const sumLow = lanes[lane + 1] + (productLow >>> 0);
      const sumHigh = (lanes[lane] + productHigh + (sumLow > 0xffffffff ? 1 : 0)) | 0;
      const turnedHigh = (sumHigh << 31) | ((sumLow | 0) >>> 1);
      const turnedLow = ((sumLow | 0) << 31) | (sumHigh >>> 1);
      lanes[lane] = highOf(turnedLow, P1[1]) + Math.imul(turnedLow, P1[0]) + Math.imul(turnedHigh, P1[1]);
      lanes[lane + 1] = Math.imul(turnedLow, P1[1]);
    }
  }
}

/** The high 32 bits of the product of two unsigned 32-bit numbers. */
function highOf(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const other = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + (middle >>> 16) + (other >>> 16)) | 0;
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

function round(lane: bigint, input: bigint): bigint {
  return (rotate((lane + input * P2_BIG) & MASK, 31n) * P1_BIG) & MASK;
}
