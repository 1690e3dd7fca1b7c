import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { compile, spec } from "../tensor/index.js";
import { type AttentionForm, attend } from "./attention.js";

const [heads, keyHeads, time, size] = [4, 2, 300, 4];

/** The definition, position by position, in double precision. */
function naive(q: Float32Array, k: Float32Array, v: Float32Array, { scale, softCap, window = time }: AttentionForm) {
  const out = new Float64Array(heads * time * size);
  const row = (x: Float32Array, head: number, at: number) =>
    x.subarray((head * time + at) * size, (head * time + at + 1) * size);
  for (let head = 0; head < heads; head++)
    for (let at = 0; at < time; at++) {
      const from = Math.max(0, at - window + 1);
      const shared = Math.floor(head / (heads / keyHeads));
      const scores = Array.from({ length: at - from + 1 }, (_, index) => {
        const score = scale * row(q, head, at).reduce((sum, x, i) => sum + x * row(k, shared, from + index)[i], 0);
        return softCap ? softCap * Math.tanh(score / softCap) : score;
      });
      const powers = scores.map((score) => Math.exp(score));
      const total = powers.reduce((sum, power) => sum + power, 0);
      powers.forEach((power, index) => {
        row(v, shared, from + index).forEach((x, i) => {
          out[(head * time + at) * size + i] += (power / total) * x;
        });
      });
    }
  return out;
}

describe("attention for reading", () => {
  it.each<AttentionForm>([{ scale: 0.5 }, { scale: 0.5, window: 37 }, { scale: 2, softCap: 3, window: 150 }])(
    "equals its definition over several blocks of queries, with shared key heads: %o",
    async (form) => {
      const rng = random(3, "attention");
      const draw = (count: number) => Float32Array.from({ length: count * time * size }, () => rng.normal());
      const [q, k, v] = [draw(heads), draw(keyHeads), draw(keyHeads)];
      const program = await compile(
        (a, b, c) => attend(a, b, c, form),
        [spec([1, heads, time, size]), spec([1, keyHeads, time, size]), spec([1, keyHeads, time, size])],
      );
      const found = (await program.run(q, k, v)) as Float32Array;
      const expected = naive(q, k, v, form);
      const worst = found.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index])), 0);
      expect(worst).toBeLessThan(1e-5);
      await program.release();
    },
  );
});
