import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { openScored } from "../job/index.js";
import { shoutingScores, writeScoredJob } from "../policies/testing/scored-job.js";
import { findBorderline } from "./borderline.js";
import { readPassages } from "./passages.js";

/** A document of 26 letters whose one letter at `place` scores `score`, all else 20. */
const withPeak = (id: string, place: number, score: number) => {
  const text = "abcdefghijklmnopqrstuvwxyz";
  return { id, text, scores: shoutingScores(text).with(place, score) };
};
const SHARDS = [
  [withPeak("far", 3, 250), withPeak("near", 13, 129), { id: "empty", text: "", scores: new Uint8Array() }],
  [withPeak("at", 25, 128), withPeak("other", 0, 126), withPeak("none", 5, 20)],
];
const options = { count: 3, around: 0.5, context: 4, seed: 1 };

async function job(shards = SHARDS) {
  const scores = await writeScoredJob(temporaryFolder(), shards);
  return openScored(scores);
}

describe("borderline tokens", () => {
  it("are of the documents that come nearest, nearest first, with the scores around them", async () => {
    const found = await findBorderline(await job(), options);
    expect(found.map(({ id, token, score }) => [id, token, score])).toEqual([
      ["at", 25, 128],
      ["near", 13, 129],
      ["other", 0, 126],
    ]);
    expect(found.map(({ from, window }) => [from, window.length])).toEqual([
      [21, 5],
      [9, 9],
      [0, 5],
    ]);
  });

  it("never show end-of-text, and leave out documents without a token", async () => {
    const found = await findBorderline(await job(), { ...options, around: 0, count: 50 });
    expect(found.map(({ id }) => id)).not.toContain("empty");
    expect(found).toHaveLength(5);
    for (const { token, tokens, from, window } of found) {
      expect(token).toBeLessThan(tokens - 1);
      expect(from + window.length).toBeLessThan(tokens);
    }
  });

  it("are drawn by the seed where many are equally near: the same again, others with another seed", async () => {
    const many = await job([Array.from({ length: 200 }, (_, k) => withPeak(`d${k}`, 3, 128))]);
    const ids = async (seed: number) => (await findBorderline(many, { ...options, seed })).map(({ id }) => id);
    expect(await ids(1)).toEqual(await ids(1));
    expect(await ids(2)).not.toEqual(await ids(1));
  });

  it("come from the source asked for only", async () => {
    const found = await findBorderline(await job(), { ...options, source: "input/0", count: 9 });
    expect(found.map(({ id }) => id)).toEqual(["near", "far"]);
  });
});

describe("passages", () => {
  it("are the input's text around the token, cut where the verdict changes", async () => {
    const scored = await job();
    const [at, near] = await readPassages(scored, await findBorderline(scored, options), 0.5);
    expect(near.segments).toEqual([
      { text: "jklm", isForget: false, isFocus: false },
      { text: "n", isForget: true, isFocus: true },
      { text: "opqr", isForget: false, isFocus: false },
    ]);
    expect(near).toMatchObject({
      id: "near",
      source: "input/0",
      row: 1,
      score: 129 / 255,
      isStart: false,
      isEnd: false,
    });
    expect(at).toMatchObject({ isStart: false, isEnd: true });
    expect(at.segments.map(({ text }) => text).join("")).toBe("vwxyz");
  });

  it("keep characters whole where a token ends inside one", async () => {
    const text = "aé😀b";
    // Bytes: a, é (2), 😀 (4), b. The second byte of the emoji is the token.
    const scored = await job([[{ id: "bytes", text, scores: Uint8Array.of(20, 20, 20, 20, 128, 20, 20, 20) }]]);
    for (const context of [1, 2, 3, 9]) {
      const found = await findBorderline(scored, { ...options, context });
      const [{ segments }] = await readPassages(scored, found, 0.5);
      expect(segments.find(({ isForget }) => isForget)?.text).toBe("😀");
      expect(text).toContain(segments.map((segment) => segment.text).join(""));
    }
  });

  it("refuses an input that has changed since it was scored", async () => {
    const scored = await job();
    const found = await findBorderline(scored, options);
    const { uri } = scored.plan.inputs[0];
    writeFileSync(uri, `{"id":"x","text":"another"}\n`.repeat(2));
    await expect(readPassages(scored, found, 0.5)).rejects.toThrow(/has changed since it was scored: record 1/);
    writeFileSync(uri, "");
    await expect(readPassages(scored, found, 0.5)).rejects.toThrow(/has changed since it was scored/);
  });
});
