import { describe, expect, it } from "vitest";
import { UserError } from "../../base/errors.js";
import { checkInt8, exactProduct, type Product, requireExactInt8, worstProduct } from "./int8-check.js";
import { LARGEST_WEIGHT } from "./quantise.js";

const right = async (product: Product) => Float32Array.from(exactProduct(product));

/** As processors without VNNI multiply weights of 8 bits: pairs of products added in 16 bits, which saturate. */
async function saturating({ x, weights, rows, inner, columns }: Product): Promise<Float32Array> {
  const scale = 127 / LARGEST_WEIGHT;
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < inner; k += 2) {
      const at = (at: number) =>
        at < inner
          ? x[Math.floor(i / columns) * inner + at] * Math.round(weights[at * columns + (i % columns)] * scale)
          : 0;
      sum += Math.max(-32768, Math.min(32767, at(k) + at(k + 1)));
    }
    return sum / scale;
  });
}

describe("the check before int8 is used", () => {
  it("passes on this processor and is made once", async () => {
    const first = requireExactInt8();
    await first;
    expect(requireExactInt8()).toBe(first);
  });

  it("names the processor, both numbers and the way out when a product is wrong", async () => {
    const check = checkInt8(saturating);
    await expect(check).rejects.toThrow(UserError);
    await expect(check).rejects.toThrow(
      /^int8 arithmetic is wrong on this processor \(.+, \w+\): a product that is -?\d+ came out as -?[\d.]+\. Score in float32: --precision f32/,
    );
  });

  it("sees a single sum that is off by one, wherever it is", async () => {
    const { rows, columns } = worstProduct(0);
    for (const at of [0, columns + 3, rows * columns - 1])
      for (const wrongAt of [0, -128])
        await expect(
          checkInt8(async (product) => {
            const values = await right(product);
            if (Math.min(...product.x) === wrongAt) values[at] += 1;
            return values;
          }),
        ).rejects.toThrow("int8 arithmetic is wrong");
    await checkInt8(right);
  });

  it("sees a result that is no number among right ones", async () => {
    const check = checkInt8(async (product) => {
      const values = await right(product);
      values[40] = Number.NaN;
      return values;
    });
    await expect(check).rejects.toThrow("came out as NaN");
  });

  it("asks for sums that float32 holds exactly", () => {
    for (const lowest of [0, -128]) {
      const largest = Math.max(...exactProduct(worstProduct(lowest)).map(Math.abs));
      expect(largest).toBeGreaterThan(3e6);
      expect(largest).toBeLessThan(2 ** 24);
    }
  });
});
