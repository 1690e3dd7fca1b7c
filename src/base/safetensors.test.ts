import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { UserError } from "./errors.js";
import { readSafetensors, writeSafetensors } from "./safetensors.js";

/** A file with any header, true or not. */
function forge(header: unknown, dataBytes: number, claimedLength?: bigint): string {
  const path = join(temporaryFolder(), "forged.safetensors");
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimedLength ?? BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
  return path;
}
const tensor = (start: number, end: number, shape = [(end - start) / 4], dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

describe("safetensors", () => {
  it("gives back what was written, of every dtype, with metadata", async () => {
    const path = join(temporaryFolder(), "x.safetensors");
    const tensors = {
      bytes: { data: Uint8Array.of(1, 2, 255), shape: [3] },
      floats: { data: Float32Array.of(0.5, -1, Number.NaN, 3), shape: [2, 2] },
      doubles: { data: Float64Array.of(Math.PI), shape: [] },
      offsets: { data: BigUint64Array.of(0n, 2n ** 40n), shape: [2] },
      empty: { data: new Uint32Array(0), shape: [0, 7] },
    };
    await writeSafetensors(path, tensors, { made: "by é test" });
    const file = readSafetensors(path);
    expect(file.metadata).toMatchObject({ made: "by é test" });
    for (const [name, expected] of Object.entries(tensors)) expect(file.tensors[name]).toEqual(expected);
    expect(Object.keys(readSafetensors(path, ["bytes"]).tensors)).toEqual(["bytes"]);
  });

  it("refuses a shape that does not fit its data when writing", async () => {
    const wrong = { x: { data: new Float32Array(3), shape: [2, 2] } };
    await expect(writeSafetensors(join(temporaryFolder(), "x"), wrong)).rejects.toThrow("holds 4, data 3");
  });

  // The attacks of the reference implementation's test folder, one line each.
  it.each([
    ["a hole between tensors", { a: tensor(0, 4), b: tensor(8, 12) }, 12],
    ["overlapping tensors", { a: tensor(0, 8), b: tensor(4, 12) }, 12],
    ["data that no tensor covers", { a: tensor(0, 4) }, 12],
    ["offsets past the end", { a: tensor(0, 400) }, 4],
    ["a shape larger than its bytes", { a: tensor(0, 4, [1000]) }, 4],
    ["a negative shape", { a: tensor(0, 4, [-1]) }, 4],
    ["an unknown dtype", { a: tensor(0, 4, [1], "PICKLE") }, 4],
    ["metadata that is not text", { __metadata__: { a: 1 } }, 0],
    ["a header that is not an object", "[1,2]", 0],
    ["a header that is not JSON", "{nope", 0],
  ])("refuses %s", (_name, header, dataBytes) => {
    const path = forge(header, dataBytes);
    expect(() => readSafetensors(path)).toThrow(UserError);
    expect(() => readSafetensors(path)).toThrow(path);
  });

  it("refuses an absurd header length, a tiny file and a missing file", () => {
    expect(() => readSafetensors(forge({}, 0, 2n ** 60n))).toThrow("claims a header");
    const tiny = join(temporaryFolder(), "tiny");
    writeFileSync(tiny, "abc");
    expect(() => readSafetensors(tiny)).toThrow("it has 3 bytes");
    expect(() => readSafetensors("/does/not/exist")).toThrow("ENOENT");
  });

  it("names the tensors there are when one is missing", () => {
    expect(() => readSafetensors(forge({ a: tensor(0, 4) }, 4), ["b"])).toThrow('no tensor "b"; it has a');
  });
});
