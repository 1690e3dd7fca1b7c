import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { readerToRaw, toRaw, whiten, whiteningOf } from "./whiten.js";

/** Synthetic states of width 3: very different variances, correlated, off centre. */
function syntheticStates(rows: number): Float32Array<ArrayBuffer> {
  const draw = random(4, "synthetic states");
  return Float32Array.from(
    Array.from({ length: rows }, () => {
      const [a, b, c] = [draw.normal(), draw.normal(), draw.normal()];
      return [100 + 20 * a, 3 * a + b, -7 + 0.5 * b + 2 * c];
    }).flat(),
  );
}

describe("whitening", () => {
  const states = syntheticStates(4000);
  const by = whiteningOf(states, 3);
  const white = whiten(states.slice(), by);

  it("gives mean 0 and covariance 1, but for the ridge", () => {
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        let sum = 0;
        for (let row = 0; row < 4000; row++) sum += white[row * 3 + i] * white[row * 3 + j];
        expect(Math.abs(sum / 4000 - (i === j ? 1 : 0))).toBeLessThan(0.15);
      }
  });
  it("is undone by toRaw, and readers read the same from raw states", () => {
    const reader = [0.3, -1, 2];
    const raw = readerToRaw(reader, by);
    for (let row = 0; row < 30; row += 3) {
      const z = white.subarray(row, row + 3);
      const centred = Array.from(states.subarray(row, row + 3), (value, index) => value - by.mean[index]);
      toRaw(z, by).forEach((value, index) => {
        expect(value).toBeCloseTo(centred[index], 3);
      });
      const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
      expect(dot(centred, raw)).toBeCloseTo(dot(z, reader), 4);
    }
  });
  it("stays finite where a direction has no variance", () => {
    const flat = Float32Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? 5 : index));
    expect(whiten(flat, whiteningOf(flat, 3)).every(Number.isFinite)).toBe(true);
  });
});
