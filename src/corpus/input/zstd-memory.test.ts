import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { unzstd } from "./zstd.js";

const BLOCK = 2 ** 17;

/** One frame of so many uncompressed blocks of 128 KiB, a block at a time. */
async function* longFrame(blocks: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3]);
  for (let block = 1; block <= blocks; block++) {
    const bytes = Buffer.alloc(3 + BLOCK, 97);
    bytes.writeUIntLE((BLOCK << 3) | (block === blocks ? 1 : 0), 0, 3);
    yield bytes;
  }
}

it("holds none of a zstd stream that has passed", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const held = async () => {
    gc();
    // Buffers are freed beside the program.
    await sleep(20);
    gc();
    return process.memoryUsage().arrayBuffers;
  };
  const blocks = 800;
  let [passed, early, late] = [0, 0, 0];
  for await (const chunk of unzstd(longFrame(blocks))) {
    passed += chunk.length;
    if (early === 0 && passed > 0.25 * blocks * BLOCK) early = await held();
    if (late === 0 && passed > 0.9 * blocks * BLOCK) late = await held();
  }
  expect(passed).toBe(blocks * BLOCK);
  // 65 MiB have passed between the two.
  expect(late - early).toBeLessThan(16 * 2 ** 20);
});
