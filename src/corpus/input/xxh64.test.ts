import fc from "fast-check";
import { xxhash64 as oracle } from "hyparquet/src/xxhash.js";
import { describe, expect, it } from "vitest";
import { Xxh64 } from "./xxh64.js";

describe("XXH64", () => {
  it("is that of another implementation, however the bytes come", () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 8 });
    fc.assert(
      fc.property(chunks, (pieces) => {
        const hash = new Xxh64();
        for (const piece of pieces) hash.update(piece);
        expect(BigInt(hash.low32())).toBe(oracle(Buffer.concat(pieces)) & 0xffffffffn);
      }),
      { numRuns: 500 },
    );
  });
});
