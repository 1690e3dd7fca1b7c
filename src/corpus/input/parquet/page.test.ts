import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeRows } from "./decode.js";
import { plainDictionary, plainPage } from "./page.js";
import { ENCODING, PAGE, type PageHeader } from "./page-header.js";
import { columnOf } from "./schema.js";

const CODECS = ["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4", "LZ4_RAW"];
const EMPTY: Record<string, Uint8Array> = {
  SNAPPY: Uint8Array.of(0),
  GZIP: gzipSync(""),
  BROTLI: brotliCompressSync(""),
  ZSTD: Buffer.from("28b52ffd2000010000", "hex"),
  LZ4_RAW: Uint8Array.of(0),
};
const MAX = 2 ** 20;
const column = columnOf([{ name: "id", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" }]);
const [leaf] = column.leaves;
const header = (more: Partial<PageHeader>): PageHeader => ({
  ...{ type: PAGE.data, bytes: 0, storedBytes: 0, values: 0, encoding: ENCODING.dictionary },
  ...{ repetitionBytes: 0, definitionBytes: 0, isCompressed: true, ...more },
});
/** One run of definition level 0, three times. */
const THREE_NULLS = [6, 0];

describe("pages of no bytes", () => {
  it.each(CODECS)(
    "are dictionaries of no entries and pages of nulls, stored as nothing or as an empty %s stream",
    async (codec) => {
      for (const empty of [new Uint8Array(0), EMPTY[codec] ?? new Uint8Array(0)]) {
        const dictionary = await plainDictionary(empty, header({ type: PAGE.dictionary }), codec, MAX);
        const stored = Buffer.concat([Uint8Array.from(THREE_NULLS), empty]);
        const nulls = header({ type: PAGE.data2, bytes: 2, values: 3, definitionBytes: 2 });
        const page = await plainPage(stored, nulls, leaf, codec, MAX);
        expect(page.usesDictionary).toBe(false);
        const pages = [dictionary, page.bytes];
        expect(await decodeRows(column.stored, [{ leaf, pages, values: 3 }], 3)).toEqual([null, null, null]);
      }
    },
  );

  it("are pages of nulls in version 1, with nothing behind their levels", async () => {
    const stored = Uint8Array.from([2, 0, 0, 0, ...THREE_NULLS]);
    const page = await plainPage(
      stored,
      header({ bytes: 6, values: 3, levels: ENCODING.rle }),
      leaf,
      "UNCOMPRESSED",
      MAX,
    );
    const pages = [page.bytes];
    expect(await decodeRows(column.stored, [{ leaf, pages, values: 3 }], 3)).toEqual([null, null, null]);
  });

  it("are not taken for pages with values", async () => {
    const one = Uint8Array.from([2, 0, 0, 0, 2, 1]);
    const page = plainPage(one, header({ bytes: 6, values: 1, levels: ENCODING.rle }), leaf, "UNCOMPRESSED", MAX);
    await expect(page).rejects.toThrow("a page is cut off");
  });
});
