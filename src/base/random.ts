/**
 * @file Seeded random numbers.
 *
 * Every random choice in Lacuna comes from `random(seed, purpose)`: the purpose keeps two uses of one seed independent,
 * so adding a draw in one place changes nothing elsewhere. The generator is pure-rand's xoroshiro128+.
 */
import { createHash } from "node:crypto";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  /** Standard normal. */
  normal(): number;
  /** A uniform permutation of 0..length-1 (Fisher-Yates). */
  permutation(length: number): Uint32Array;
}

/** An independent stream for one purpose of one seed: `random(1, "init:blocks.0")`. */
export function random(seed: number, purpose: string): Random {
  const digest = createHash("sha256").update(`${seed}\0${purpose}`).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  const uniform = () => uniformFloat64(generator);
  const integer = (below: number) => uniformInt(generator, 0, below - 1);
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation(length) {
      const order = Uint32Array.from({ length }, (_, index) => index);
      for (let last = length - 1; last > 0; last--) {
        const other = integer(last + 1);
        [order[last], order[other]] = [order[other], order[last]];
      }
      return order;
    },
  };
}
