import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { BYTE_CHARACTERS } from "./byte-alphabet.js";
import { pickDocuments, selectDocuments } from "./select.js";
import { type TokenShard, writeTokens } from "./shards.js";
import { placeSpecials } from "./specials.js";
import { tokenizerFingerprint, writeTokenizer } from "./tokenizer.js";
import { writeByteLevelJson } from "./tokenizer-json.js";
import { NO_DOMAIN } from "./truth.js";

/** Four documents of two sources: mostly medical, mostly general, half and half, and of no known domain. */
async function writeShard(withTruth = true) {
  const folder = temporaryFolder();
  const vocabulary = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
  await writeTokenizer(folder, writeByteLevelJson(vocabulary, []), placeSpecials("bytes", 256));
  const shard: TokenShard = {
    tokens: Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
    docOffsets: Float64Array.of(0, 3, 6, 8, 9),
    documents: ["a", "b", "a", "b"].map((source, index) => ({ id: `d${index}`, source })),
    fingerprint: tokenizerFingerprint(folder),
  };
  const labels = Uint8Array.of(0, 0, 1, 1, NO_DOMAIN, 1, 0, 1, NO_DOMAIN);
  await writeTokens(folder, "train", shard, withTruth ? { domains: ["medical", "general"], labels } : undefined);
  return folder;
}

const ids = (shard: TokenShard) => shard.documents.map(({ id }) => id);

describe("documents by name", () => {
  it("are those of a source, or those most of whose known tokens are of a domain", async () => {
    const folder = await writeShard();
    expect(ids(selectDocuments(folder, "train", ["a"]))).toEqual(["d0", "d2"]);
    expect(ids(selectDocuments(folder, "train", ["medical"]))).toEqual(["d0"]);
    expect(ids(selectDocuments(folder, "train", ["general"]))).toEqual(["d1"]);
    expect(ids(selectDocuments(folder, "train", ["medical", "b"]))).toEqual(["d0", "d1", "d3"]);
    expect(ids(selectDocuments(await writeShard(false), "train", ["b"]))).toEqual(["d1", "d3"]);
  });

  it("keep their tokens", async () => {
    const shard = selectDocuments(await writeShard(), "train", ["b"]);
    expect([...shard.tokens]).toEqual([4, 5, 6, 9]);
    expect([...shard.docOffsets]).toEqual([0, 3, 4]);
    expect([...pickDocuments(shard, [1, 0]).tokens]).toEqual([9, 4, 5, 6]);
  });

  it("that do not exist are an error that says which do", async () => {
    const folder = await writeShard();
    expect(() => selectDocuments(folder, "train", ["chemistry"])).toThrow(
      /no document of chemistry\. Its sources and domains: a, b, general, medical\./,
    );
  });
});
