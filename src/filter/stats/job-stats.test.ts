import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { temporaryFolder } from "../../testing/folder.js";
import { openScored } from "../job/index.js";
import { previewFilter } from "../policies/index.js";
import { type SyntheticDocument, writeScoredJob } from "../policies/testing/scored-job.js";
import { jobStats } from "./job-stats.js";

const draw = random(5, "synthetic scores");
const document = (id: string): SyntheticDocument => {
  const scores = Uint8Array.from({ length: draw.integer(40) }, () => draw.integer(256));
  return { id, text: "x".repeat(scores.length), scores, documentScore: draw.integer(256) };
};
const SHARDS = [0, 1, 2].map((shard) => Array.from({ length: 30 }, (_, k) => document(`${shard}-${k}`)));
const ALL = SHARDS.flat();
/** Of all documents, end-of-texts included. */
const TOKENS = ALL.reduce((sum, { scores }) => sum + scores.length + 1, 0);

describe("statistics of a job", () => {
  it("counts what the scores say, by source, largest first", async () => {
    const job = await openScored(await writeScoredJob(temporaryFolder(), SHARDS));
    const { sources, ...stats } = await jobStats(job, { threshold: 0.5 });
    expect(stats).toMatchObject({ tokens: TOKENS, documents: 90, rows: 90, empty: 0, bad: 0 });
    expect(sources.map(({ tokens }) => tokens)).toEqual(sources.map(({ tokens }) => tokens).sort((a, b) => b - a));
    for (const { source, ...of } of sources) {
      const documents = SHARDS[Number(source.at(-1))];
      const scores = documents.flatMap((one) => [...one.scores, 0]);
      expect(of.tokens).toBe(scores.length);
      expect(of.meanScore).toBeCloseTo(scores.reduce((sum, score) => sum + score / 255, 0) / scores.length, 12);
      expect(of.forgetShare).toBeCloseTo(scores.filter((score) => score >= 128).length / scores.length, 12);
      expect(of.documentShare).toBeCloseTo(documents.filter((one) => one.documentScore! >= 128).length / 30, 12);
    }
  });

  it("has every token and document in its histograms, and every document in one bin of forget shares", async () => {
    const job = await openScored(await writeScoredJob(temporaryFolder(), SHARDS));
    const stats = await jobStats(job, { threshold: 0.5 });
    const sum = (histogram: readonly number[]) => histogram.reduce((all, count) => all + count, 0);
    expect(sum(stats.tokenHistogram)).toBe(TOKENS);
    expect(stats.tokenHistogram[200]).toBe(ALL.flatMap(({ scores }) => [...scores]).filter((s) => s === 200).length);
    expect(sum(stats.documentHistogram)).toBe(90);
    expect(sum(stats.documentTokenHistogram)).toBe(TOKENS);
    expect(stats.documentsByForgetShare.reduce((all, { documents }) => all + documents, 0)).toBe(90);
    const between = (above: number, upTo: number) =>
      ALL.filter(({ scores }) => {
        const share = scores.length === 0 ? 0 : scores.filter((score) => score >= 128).length / scores.length;
        return upTo === 0 ? share === 0 : share > above && share <= upTo;
      }).length;
    for (const { above, upTo, documents } of stats.documentsByForgetShare) expect(documents).toBe(between(above, upTo));
  });

  it("says of each threshold what npx lacuna filter then takes", async () => {
    const folder = temporaryFolder();
    const scores = await writeScoredJob(folder, SHARDS);
    const { wouldTake } = await jobStats(await openScored(scores));
    expect(wouldTake.filter(({ bestF1 }) => bestF1.length > 0)).toHaveLength(1);
    for (const { threshold, maskedTokens, droppedDocuments, droppedTokens } of wouldTake) {
      const counts = async (method: "mask" | "document") =>
        (await previewFilter({ policies: [{ scores, method, threshold }] }, join(folder, "out"))).counts;
      expect((await counts("mask")).share).toBeCloseTo(maskedTokens, 12);
      const dropped = await counts("document");
      expect(dropped.share).toBeCloseTo(droppedTokens, 12);
      expect(dropped.droppedDocuments / 90).toBeCloseTo(droppedDocuments, 12);
    }
  });

  it("count what was lost beside what was bad, also by source", async () => {
    const job = await openScored(await writeScoredJob(temporaryFolder(), SHARDS));
    job.records[1] = { ...job.records[1], bad: 2, lost: 1, rows: job.records[1].rows + 3 };
    const stats = await jobStats(job);
    expect(stats).toMatchObject({ documents: 90, rows: 93, bad: 2, lost: 1 });
    expect(stats.sources.filter(({ lost }) => lost > 0)).toMatchObject([{ source: "input/1", bad: 2, lost: 1 }]);
  });
});
