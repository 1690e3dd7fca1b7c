import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { finishJob } from "./finish.js";
import { readBlocks } from "./open-scored.js";
import { JOB_FILES, type JobPlan } from "./plan.js";
import { readRecord } from "./record.js";
import { scoreInput } from "./score-input.js";
import {
  memoryStore,
  openSynthetic,
  runSynthetic,
  syntheticClassifier,
  syntheticPlan,
  syntheticRows,
  tokensOf,
} from "./testing/synthetic-job.js";
import { verifyJob } from "./verify.js";

const SHARDS = 2;
const text = (files: Map<string, Uint8Array>) =>
  new Map([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString("latin1")]));
async function wholeJob(settings?: Partial<JobPlan["settings"]>) {
  const { store, files } = memoryStore();
  const plan = syntheticPlan(SHARDS, settings);
  await runSynthetic(store, plan);
  return { store, files, plan };
}

describe("a scoring job", () => {
  it("stores every document once, in order, with its scores, whatever the blocks it is read in", async () => {
    const { store, plan } = await wholeJob();
    for (const blockTokens of [1, 100, 1e9]) {
      for (const shard of plan.inputs.keys()) {
        const found = [];
        for await (const block of readBlocks(store, plan, (await readRecord(store, plan, shard))!, blockTokens)) {
          for (const [index, id] of block.ids.entries()) {
            const [from, to] = block.docOffsets.subarray(index, index + 2);
            found.push({
              id,
              row: block.rows[index],
              crc: block.crc32[index],
              scores: [...block.tokenScores.subarray(from, to)],
              score: block.documentScores[index],
            });
          }
        }
        const expected = syntheticRows(shard).flatMap((row) => {
          if (row.kind !== "document") return [];
          const tokens = tokensOf(row.text);
          const scores = Array.from(tokens, (id, at) => (at === tokens.length - 1 ? 0 : (id * 37) % 256));
          return [{ id: row.id, row: row.row, crc: crc32(row.text), scores, score: tokens.length % 256 }];
        });
        expect(found).toEqual(expected);
      }
    }
  });

  it("counts every record and sets bad ones aside with reason and position", async () => {
    const { store, files, plan } = await wholeJob();
    const record = (await readRecord(store, plan, 0))!;
    const kinds = (kind: string) => syntheticRows(0).filter((row) => row.kind === kind).length;
    expect(record).toMatchObject({ rows: 23, documents: kinds("document"), empty: kinds("empty"), bad: kinds("bad") });
    const lines = Buffer.from(files.get(JOB_FILES.quarantine(0))!)
      .toString()
      .trim()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line).row)).toEqual([5, 12, 19]);
    expect(JSON.parse(lines[0])).toMatchObject({ reason: "is not JSON", position: "line 6" });
  });

  it("ends with the same bytes when it is stopped before any one change and run again", async () => {
    const { files: expected } = await wholeJob();
    const plan = syntheticPlan(SHARDS);
    let changes = 0;
    await runSynthetic(memoryStore(() => changes++).store, plan);
    expect(changes).toBeGreaterThan(20);
    for (let stop = 0; stop < changes; stop++) {
      let at = 0;
      const files = new Map<string, Uint8Array>();
      const { store } = memoryStore(() => {
        if (at++ === stop) throw new Error("killed");
      }, files);
      // Once a shard's record is there nothing of it is lost: then it goes on.
      const outcome = await runSynthetic(store, plan).catch((error: Error) => error.message);
      if (!files.has(JOB_FILES.manifest)) expect(outcome).toBe("killed");
      expect(await runSynthetic(store, plan)).toBe(true);
      expect(text(files)).toEqual(text(expected));
    }
  });

  it("does not score again what an earlier attempt stored", async () => {
    const plan = syntheticPlan(1);
    const files = new Map<string, Uint8Array>();
    let writes = 0;
    const { store } = memoryStore((what) => {
      if (what.includes("parts/") && ++writes === 4) throw new Error("killed");
    }, files);
    await expect(runSynthetic(store, plan)).rejects.toThrow("killed");
    const opened: number[] = [];
    await scoreInput(memoryStore(undefined, files).store, plan, syntheticClassifier, 0, {
      open: (shard, fromRow) => {
        opened.push(fromRow);
        return openSynthetic(shard, fromRow);
      },
    });
    expect(opened[0]).toBeGreaterThan(0);
  });

  it("makes an unreadable part again", async () => {
    const { files: expected } = await wholeJob();
    const plan = syntheticPlan(SHARDS);
    const files = new Map<string, Uint8Array>();
    const { store } = memoryStore((what) => {
      if (what === `create ${JOB_FILES.record(1)}`) throw new Error("killed");
    }, files);
    await expect(runSynthetic(store, plan)).rejects.toThrow("killed");
    files.set(JOB_FILES.part(1, 1), files.get(JOB_FILES.part(1, 1))!.slice(0, 30));
    await runSynthetic(memoryStore(undefined, files).store, plan);
    expect(text(files)).toEqual(text(expected));
  });

  it("is safe when two workers do the same shard at once", async () => {
    const { files: expected } = await wholeJob();
    const { store, files } = memoryStore();
    const plan = syntheticPlan(SHARDS);
    await Promise.all([runSynthetic(store, plan), runSynthetic(store, plan), runSynthetic(store, plan)]);
    expect(text(files)).toEqual(text(expected));
  });

  it("is not finished while a shard is missing", async () => {
    const { store, files, plan } = await wholeJob();
    files.delete(JOB_FILES.manifest);
    files.delete(JOB_FILES.record(1));
    expect(await finishJob(store, plan)).toBe(false);
    expect(files.has(JOB_FILES.manifest)).toBe(false);
  });

  it("counts lost parts of a file apart, is finished, and is not whole", async () => {
    const { store, files } = memoryStore();
    const plan = syntheticPlan(SHARDS);
    const lost = (row: number, extent: "stretch" | "rest") =>
      ({ kind: "bad", row, reason: "the gzip stream is truncated", position: "byte 9", excerpt: "", extent }) as const;
    const open: typeof openSynthetic = async function* (shard, fromRow) {
      for await (const row of openSynthetic(shard, 0))
        if (row.row >= fromRow) yield row.row === 3 && shard === 1 ? lost(3, "stretch") : row;
      if (shard === 1) yield lost(23, "rest");
      return { bytes: 1000 + shard, sha256: `synthetic ${shard}` };
    };
    expect(await runSynthetic(store, plan, open)).toBe(true);
    expect(JSON.parse(text(files).get(JOB_FILES.record(0))!)).not.toHaveProperty("lost");
    expect(await readRecord(store, plan, 1)).toMatchObject({ rows: 24, bad: 3, lost: 2 });
    expect(JSON.parse(text(files).get(JOB_FILES.manifest)!).counts).toMatchObject({ rows: 47, lost: 2 });
    expect(text(files).get(JOB_FILES.quarantine(1))).toMatch(/"extent":"stretch"[\s\S]*"extent":"rest"/);
    const { problems, counts } = await verifyJob(store);
    expect(counts.lost).toBe(2);
    expect(problems).toEqual([
      "/in/1 is not whole: 2 parts of it could not be read, so how many documents it has is unknown; 17 were read (quarantine/00001.jsonl says why).",
    ]);
    // Lost parts count against what is allowed: 3 bad records and 2 lost parts.
    const strict = (maxBad: number) => runSynthetic(memoryStore().store, syntheticPlan(SHARDS, { maxBad }), open);
    await expect(strict(5)).resolves.toBe(true);
    await expect(strict(4)).rejects.toThrow(/\/in\/1 has more than 4 bad records or lost parts.*truncated.*--max-bad/);
  });

  it("is never finished without a document, and says what there was instead", async () => {
    const { store, files } = memoryStore();
    const open: typeof openSynthetic = async function* () {
      yield { kind: "empty", row: 0 };
      yield { kind: "bad", row: 1, reason: "is not JSON", position: "line 2", excerpt: "{", extent: "record" };
      return { bytes: 3, sha256: "synthetic" };
    };
    const sentence =
      /memory has no document: its inputs gave nothing else than 2 empty, 2 bad \(memory\/quarantine says why\)/;
    await expect(runSynthetic(store, syntheticPlan(SHARDS), open)).rejects.toThrow(sentence);
    expect(files.has(JOB_FILES.manifest)).toBe(false);
    expect((await verifyJob(store)).problems.join("\n")).toMatch(sentence);
  });

  it("stops with a sentence when there are more bad records than allowed", async () => {
    await expect(wholeJob({ maxBad: 3 })).resolves.toBeDefined();
    await expect(wholeJob({ maxBad: 2 })).rejects.toThrow(/more than 2 bad records or lost parts.*line 20.*--max-bad/);
  });
});

describe("verification", () => {
  it("finds nothing wrong with a finished job", async () => {
    const { store } = await wholeJob();
    expect((await verifyJob(store)).problems).toEqual([]);
  });

  it("notices any one changed byte of any file", async () => {
    const { store, files } = await wholeJob();
    for (const [name, bytes] of files) {
      for (let at = 0; at < bytes.length; at += name.endsWith(".safetensors") ? 97 : 61) {
        bytes[at] ^= 1;
        const problems = await verifyJob(store).then(
          (verification) => verification.problems,
          (error: Error) => [error.message],
        );
        expect(problems, `${name}, byte ${at}`).not.toEqual([]);
        bytes[at] ^= 1;
      }
    }
  });

  it("notices any missing file, and one too many", async () => {
    const { store, files } = await wholeJob();
    for (const [name, bytes] of [...files]) {
      files.delete(name);
      const problems = await verifyJob(store).then(
        (verification) => verification.problems,
        (error: Error) => [error.message],
      );
      expect(problems, name).not.toEqual([]);
      files.set(name, bytes);
    }
    files.set("shards/00007.safetensors", Uint8Array.of(1));
    expect((await verifyJob(store)).problems).toEqual(["shards/00007.safetensors does not belong to this job."]);
  });
});
