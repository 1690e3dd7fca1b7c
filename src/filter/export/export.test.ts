import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../base/hash.js";
import { temporaryFolder } from "../../testing/folder.js";
import type { PolicySet } from "../policies/index.js";
import { exportCorpus } from "./export.js";
import { FORMATS } from "./settings.js";
import { readDirectory } from "./testing/read-directory.js";
import { DOCUMENTS, shouting, syntheticSet, wordTokenizer } from "./testing/synthetic-set.js";

const SHARDS = [DOCUMENTS, [shouting("b1", "second SHARD"), shouting("b2", "quiet")], [shouting("c1", "third")]];

describe("exportCorpus", () => {
  it("writes the same bytes every time, in every format", async () => {
    const folder = temporaryFolder();
    const set = await syntheticSet(folder, SHARDS, { method: "remove" });
    for (const to of FORMATS) {
      const [one, two] = [join(folder, `${to}-1`), join(folder, `${to}-2`)];
      await exportCorpus(set, one, { settings: { to }, tokenizer: wordTokenizer() });
      await exportCorpus(set, two, { settings: { to }, tokenizer: wordTokenizer() });
      expect(readDirectory(one)).toEqual(readDirectory(two));
    }
  }, 60_000);

  it("lists every file with its size and hash, and leaves nothing else behind", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "out");
    const set = await syntheticSet(folder, SHARDS, { method: "mask" });
    const { outputs, counts, found } = await exportCorpus(set, out, { settings: { to: "mds" } });
    const written = readDirectory(out);
    expect(Object.keys(written).sort()).toEqual([...Object.keys(outputs), "manifest.json"].sort());
    for (const [name, { bytes, sha256: hash }] of Object.entries(outputs)) {
      expect([written[name].length, sha256(written[name])]).toEqual([bytes, hash]);
    }
    expect(found).toBe(false);
    expect(counts).toMatchObject({ documents: 7, writtenDocuments: 7, droppedDocuments: 0, removedTokens: 0 });
    expect(readdirSync(folder).sort()).toEqual(["input", "out", "scores"]);
  });

  it("goes on after the last finished shard when it was interrupted, with the same result", async () => {
    const folder = temporaryFolder();
    const set = await syntheticSet(folder, SHARDS, { method: "mask" });
    const settings = { to: "megatron" } as const;
    await exportCorpus(set, join(folder, "whole"), { settings });
    const out = join(folder, "out");
    let opened: string[] = [];
    const rowsOf = (failing: string) =>
      async function* (input: { uri: string }) {
        opened.push(input.uri.slice(-7));
        if (input.uri.endsWith(failing)) throw new Error("the plug was pulled");
        const lines = readFileSync(input.uri, "utf8").trimEnd().split("\n");
        for (const [row, line] of lines.entries()) yield { kind: "document" as const, row, ...JSON.parse(line) };
      };
    await expect(exportCorpus(set, out, { settings, rowsOf: rowsOf("2.jsonl") })).rejects.toThrow("plug");
    expect(existsSync(out)).toBe(false);
    writeFileSync(join(`${out}.partial`, "00002_text_document.bin.tmp-leftover"), "half a file");
    opened = [];
    await exportCorpus(set, out, { settings, rowsOf: rowsOf("none") });
    expect(opened).toEqual(["2.jsonl"]);
    expect(readDirectory(out)).toEqual(readDirectory(join(folder, "whole")));
    expect(await exportCorpus(set, out, { settings })).toMatchObject({ found: true });
  });

  it("does not mix exports: another one, finished or interrupted, is refused with what differs", async () => {
    const folder = temporaryFolder();
    const set = await syntheticSet(folder, SHARDS, { method: "mask" });
    const out = join(folder, "out");
    const pulled = async function* (): AsyncGenerator<never> {
      yield* [];
      throw new Error("the plug was pulled");
    };
    const interrupted = { settings: { to: "nanogpt" } as const, rowsOf: pulled };
    await expect(exportCorpus(set, out, interrupted)).rejects.toThrow("plug");
    writeFileSync(join(`${out}.partial`, "00000.bin"), "a day of work");
    const other = { ...set, fingerprint: "another set of policies" };
    await expect(exportCorpus(set, out, { settings: { to: "text" } })).rejects.toThrow(
      /out\.partial holds another result, interrupted: its --to is nanogpt, here it is text\. .*delete .*out\.partial/,
    );
    await expect(exportCorpus(other, out, { settings: { to: "nanogpt" } })).rejects.toThrow(/its --policies is/);
    expect(readFileSync(join(`${out}.partial`, "00000.bin"), "utf8")).toBe("a day of work");
    await exportCorpus(set, out, { settings: { to: "nanogpt" } });
    expect(readdirSync(out).filter((name) => name.startsWith("."))).toEqual([]);
    await expect(exportCorpus(other, out, { settings: { to: "nanogpt" } })).rejects.toThrow(
      /holds another result: its/,
    );
    await expect(exportCorpus(set, out, { settings: { to: "text" } })).rejects.toThrow(/its --to is nanogpt, here it/);
  });

  it("leaves dropped documents out and repeats kept ones as the top-up says, a pass apart", async () => {
    const folder = temporaryFolder();
    const documents = [shouting("a", "quiet"), shouting("b", "LOUD"), shouting("c", "calm")];
    const topUp = { method: "repeat", rate: 2, seed: 3 } as const;
    const set = await syntheticSet(folder, [documents], { method: "document" }, { topUp });
    const out = join(folder, "out");
    const { counts } = await exportCorpus(set, out, { settings: { to: "text" } });
    const ids = gunzipSync(readFileSync(join(out, "00000.jsonl.gz")))
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).id);
    expect(ids).toEqual(["a", "c", "a", "c", "a", "c"]);
    expect(counts).toMatchObject({ documents: 3, droppedDocuments: 1, writtenDocuments: 6, droppedTokens: 5 });
  });

  it("refuses settings that would do nothing", async () => {
    const set = await syntheticSet(temporaryFolder(), SHARDS, { method: "mask" });
    const run = (settings: Parameters<typeof exportCorpus>[2]["settings"]) =>
      exportCorpus(set, "/nowhere", { settings });
    await expect(run({ to: "olmo-core", sequenceLength: 64 })).rejects.toThrow(
      /--sequence-length does not go with --to olmo-core/,
    );
    await expect(run({ to: "huggingface", weights: "soft" })).rejects.toThrow(/--weights does not go/);
    await expect(run({ to: "mds", files: "jsonl" })).rejects.toThrow(/--files does not go/);
  });

  it("says what to do when the folder cannot be written, and goes on afterwards", async () => {
    const folder = temporaryFolder();
    const set = await syntheticSet(folder, SHARDS, { method: "mask" });
    const settings = { to: "nanogpt" } as const;
    writeFileSync(join(folder, "file"), "");
    await expect(exportCorpus(set, join(folder, "file", "out"), { settings })).rejects.toThrow(
      /a part of the path is a file/,
    );
    const full = async function* (): AsyncGenerator<never> {
      yield* [];
      throw Object.assign(new Error("write"), { code: "ENOSPC" });
    };
    const out = join(folder, "out");
    await expect(exportCorpus(set, out, { settings, rowsOf: full })).rejects.toThrow(
      /Cannot write .*: the disk is full. Free some space and run the same command again/,
    );
    expect(readdirSync(`${out}.partial`).filter((name) => name.includes(".tmp-"))).toEqual([]);
    expect(await exportCorpus(set, out, { settings })).toMatchObject({ found: false });
    await expect(exportCorpus(set, "s3://bucket/out", { settings })).rejects.toThrow(/a folder on disk/);
  });

  it("refuses what one fixed corpus cannot hold", async () => {
    const set = await syntheticSet(temporaryFolder(), SHARDS, { method: "remove" });
    const settings = { to: "text" } as const;
    const [open] = set.policies;
    const late: PolicySet = { ...set, policies: [{ ...open, policy: { ...open.policy, startAt: 0.3 } }] };
    await expect(exportCorpus(late, "/nowhere", { settings })).rejects.toThrow(/starts at 0.3 of training/);
    const torn: PolicySet = {
      ...set,
      policies: [open, { ...open, policy: { ...open.policy, replacement: "nothing" } }],
    };
    await expect(exportCorpus(torn, "/nowhere", { settings })).rejects.toThrow(/hidden, nothing/);
    await expect(exportCorpus({ ...set, policies: [] }, "/nowhere", { settings })).rejects.toThrow(/no policy/);
  });
});
