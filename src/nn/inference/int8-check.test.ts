import { describe, expect, it } from "vitest";
import { UserError } from "../../base/errors.js";
import { checkInt8, exactProduct, type Product, requireExactInt8, worstProduct } from "./int8-check.js";
import { LARGEST_WEIGHT } from "./quantise.js";

const right = async (product: Product) => Float32Array.from(exactProduct(product));

/** As processors without VNNI multiply weights of 8 bits: bytes around 128, pairs of products in 16 bits that saturate. */
async function saturating({ x, weights, rows, inner, columns }: Product): Promise<Float32Array> {
  const scale = 127 / LARGEST_WEIGHT;
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const weightAt = (k: number) => (k < inner ? Math.round(weights[k * columns + column] * scale) : 0);
    const productAt = (k: number) => (k < inner ? (x[row * inner + k] + 128) * weightAt(k) : 0);
    let sum = 0;
    for (let k = 0; k < inner; k += 2) {
      sum += Math.max(-32768, Math.min(32767, productAt(k) + productAt(k + 1)));
      sum -= 128 * (weightAt(k) + weightAt(k + 1));
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
      /^int8 arithmetic is wrong on this processor \(.+, \w+\): a product that is 3291840 came out as -?[\d.]+\. Score in float32: --precision f32/,
    );
  });

  it("sees a single sum that is off by one, wherever it is", async () => {
    const { rows, columns } = worstProduct();
    for (const at of [0, columns + 3, rows * columns - 1]) {
      const check = checkInt8(async (product) => {
        const values = await right(product);
        values[at] += 1;
        return values;
      });
      await expect(check).rejects.toThrow("int8 arithmetic is wrong");
    }
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
    const largest = Math.max(...exactProduct(worstProduct()).map(Math.abs));
    expect(largest).toBeGreaterThan(3e6);
    expect(largest).toBeLessThan(2 ** 24);
  });
});
