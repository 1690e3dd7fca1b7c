import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../base/errors.js";
import { temporaryFolder } from "../../testing/folder.js";
import { npy, npyHeader, zip } from "../testing/npz.js";
import { readNpz } from "./npz.js";

const values = Float32Array.of(1, 2, 3, 4, 5, 6);

function archive(...given: Parameters<typeof zip>): string {
  const path = join(temporaryFolder(), "params.npz");
  writeFileSync(path, zip(...given));
  return path;
}

describe("npz", () => {
  it("reads arrays stored or deflated, in either memory order; what it does not know is named", async () => {
    for (const deflate of [false, true]) {
      const path = archive(
        {
          "a.npy": npy(values, [2, 3]),
          "b.npy": npy(values, [2, 3], npyHeader("<f4", [2, 3], "True")),
        },
        { deflate },
      );
      const { a, b } = await readNpz(path, ["a", "b"]);
      expect([...a.data]).toEqual([1, 2, 3, 4, 5, 6]);
      expect([...b.data]).toEqual([1, 3, 5, 2, 4, 6]);
      expect(b.shape).toEqual([2, 3]);
      await expect(readNpz(path, ["a"])).rejects.toThrow(/params.npz holds b, which Lacuna does not know/);
    }
  });

  it("refuses Python objects, big-endian values, records and headers that are code", async () => {
    const headers: [string, RegExp][] = [
      [npyHeader("|O", [6]), /Python objects, which would have to be unpickled/],
      [npyHeader(">f4", [6]), /values are ">f4", not little-endian/],
      [npyHeader("<i4", [6]), /values are "<i4"/],
      ["{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (6,), }", /not that of a plain array/],
      ["__import__('os').system('true')", /not that of a plain array/],
      [npyHeader("<f4", [7]), /does not fit its 24 bytes/],
      [npyHeader("<f4", [2 ** 31, 2 ** 31]), /does not fit/],
    ];
    for (const [header, message] of headers)
      await expect(readNpz(archive({ "a.npy": npy(values, [6], header) }), ["a"])).rejects.toThrow(message);
  });

  it("refuses what would fill memory before unpacking any of it", async () => {
    const zeros = new Float32Array(6_000_000);
    const bomb = archive({ "a.npy": npy(zeros, [zeros.length]) }, { deflate: true });
    await expect(readNpz(bomb, ["a"])).rejects.toThrow(/would unpack from [\d,]+ to 24,000,\d+ bytes, more than/);
    const modest = archive({ "a.npy": npy(values, [6]), "b.npy": npy(values, [6]) });
    await expect(readNpz(modest, ["a", "b"], { bytes: 200 })).rejects.toThrow(/more than the 200 allowed/);
    // An entry that unpacks to more than it claims is cut off, one that has less is an error too.
    for (const size of [100, 500]) {
      const liar = archive({ "a.npy": npy(values, [6]) }, { deflate: true, claimed: { "a.npy": size } });
      await expect(readNpz(liar, ["a"])).rejects.toThrow(UserError);
    }
  });

  it("says what is missing, twice there, not finite, or no archive", async () => {
    await expect(readNpz(archive({ "a.npy": npy(values, [6]) }), ["W_enc"])).rejects.toThrow(
      /has no array "W_enc"; it has a.npy/,
    );
    const spoiled = archive({ "a.npy": npy(Float32Array.of(1, Number.NaN), [2]) });
    await expect(readNpz(spoiled, ["a"])).rejects.toThrow(/a has a value that is not finite/);
    const path = join(temporaryFolder(), "params.npz");
    writeFileSync(path, "no zip");
    await expect(readNpz(path, ["a"])).rejects.toThrow(/is not a zip archive that can be read/);
    await expect(readNpz(join(temporaryFolder(), "x.npz"), ["a"])).rejects.toThrow(/not there/);
  });
});
