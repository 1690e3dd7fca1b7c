import { describe, expect, it } from "vitest";
import { compile, matmul, spec } from "../tensor/index.js";
import { rope, rotate } from "./rope.js";
import { syntheticValues } from "./testing/reference.js";

const [HEADS, TIME, SIZE] = [2, 12, 8];

/** Scores q_i . k_j of rotated vectors that are the same at every position, [heads][time][time]. */
async function scores(): Promise<(head: number, i: number, j: number) => number> {
  const shape = [1, HEADS, TIME, SIZE];
  const same = (seed: number) => {
    const vectors = syntheticValues(HEADS * SIZE, seed);
    return Float32Array.from({ length: HEADS * TIME * SIZE }, (_, index) => {
      const head = Math.floor(index / (TIME * SIZE));
      return vectors[head * SIZE + (index % SIZE)];
    });
  };
  const program = await compile(
    (q, k) => {
      const positions = rope(TIME, SIZE, 100);
      return matmul(rotate(q, positions), rotate(k, positions), { transposeB: true });
    },
    [spec(shape), spec(shape)],
  );
  const products = await program.run(same(3), same(4));
  await program.release();
  return (head, i, j) => products[(head * TIME + i) * TIME + j];
}

describe("rotary embedding", () => {
  it("makes a score depend on how far apart two tokens are", async () => {
    const score = await scores();
    for (let head = 0; head < HEADS; head++) {
      const byDistance = Array.from({ length: TIME }, (_, distance) => score(head, distance, 0));
      for (let distance = 1; distance < TIME; distance++)
        expect(Math.abs(byDistance[distance] - byDistance[distance - 1])).toBeGreaterThan(1e-3);
    }
  });

  it("and on nothing else: shifting both changes nothing", async () => {
    const score = await scores();
    for (let head = 0; head < HEADS; head++)
      for (let shift = 1; shift < TIME - 4; shift++)
        expect(score(head, 4 + shift, shift)).toBeCloseTo(score(head, 4, 0), 5);
  });
});
