import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { FORGET_FROM, forgetShares, permuteScores, rotateScores, truthFirst } from "./control-scores.js";

const SEED = 4;
/** Documents of 99 ordinary tokens and an end; spans of 1, 2, 3... at scores 200, 201... */
const docOffsets = Float64Array.from({ length: 7 }, (_, document) => document * 100);
const isOrdinary = Uint8Array.from({ length: 600 }, (_, place) => (place % 100 === 99 ? 0 : 1));
const track = new Uint8Array(600);
for (let span = 1, at = 5; at + span < 580; at += span + 20, span++)
  for (let place = at; place < at + span; place++) if (isOrdinary[place]) track[place] = 200 + span;

/** Scores of ordinary tokens in order. */
const ordinary = (scores: Uint8Array) => [...scores].filter((_, place) => isOrdinary[place] === 1);

describe("a rotated track", () => {
  const rotated = rotateScores(track, isOrdinary, random(SEED, "rotate"));

  it("is the same round of scores, begun between a third and two thirds on", () => {
    const [before, after] = [ordinary(track), ordinary(rotated)];
    const offset = before.findIndex((_, k) => before.every((score, i) => after[(i + k) % after.length] === score));
    expect(offset).toBeGreaterThanOrEqual(198);
    expect(offset).toBeLessThanOrEqual(396);
  });

  it("has the track's share at every threshold and the track's lengths of spans", () => {
    expect([...rotated].sort()).toEqual([...track].sort());
    expect(runsOf(ordinary(rotated))).toEqual(runsOf(ordinary(track)));
  });

  it("leaves special tokens at 0", () => {
    expect([...rotated].filter((score, place) => isOrdinary[place] === 0 && score > 0)).toEqual([]);
  });

  it("is the same for a seed and another for another", () => {
    expect(rotateScores(track, isOrdinary, random(SEED, "rotate"))).toEqual(rotated);
    expect(rotateScores(track, isOrdinary, random(SEED + 1, "rotate"))).not.toEqual(rotated);
  });
});

describe("truth first", () => {
  const isForget = isOrdinary.map((flag, place) => (flag === 1 && place % 30 >= 22 ? 1 : 0));
  const filler = rotateScores(track, isOrdinary, random(SEED, "rotate"));
  const scores = truthFirst(isForget, filler, docOffsets, random(SEED, "truth"));

  it("puts every forget token above every other, whose scores are the filler's halved", () => {
    for (const [place, score] of scores.entries()) {
      if (isForget[place] === 1) expect(score).toBeGreaterThanOrEqual(FORGET_FROM);
      else expect(score).toBe(Math.floor(filler[place] / 2));
    }
  });

  it("scores a span as one, and spans apart", () => {
    for (let place = 1; place < 600; place++) {
      if (isForget[place] === 1 && isForget[place - 1] === 1 && place % 100 !== 0)
        expect(scores[place]).toBe(scores[place - 1]);
    }
    expect(new Set([...scores].filter((score) => score >= FORGET_FROM)).size).toBeGreaterThan(10);
  });

  it("scores documents by their share of ordinary tokens that are forget", () => {
    const all = isOrdinary.map((flag, place) => (place < 100 ? flag : place < 133 ? 1 : 0));
    expect([...forgetShares(all, isOrdinary, docOffsets)]).toEqual([255, 85, 0, 0, 0, 0]);
  });
});

describe("permuted document scores", () => {
  it("are the same scores of other documents", () => {
    const scores = Uint8Array.from({ length: 100 }, (_, document) => document);
    const permuted = permuteScores(scores, random(SEED, "permute"));
    expect([...permuted].sort((a, b) => a - b)).toEqual([...scores]);
    expect(permuted).not.toEqual(scores);
  });
});

/** Lengths of the runs of forget scores, ascending; the track begins and ends outside of one. */
function runsOf(scores: readonly number[]): number[] {
  const round = [...scores, ...scores];
  const start = round.indexOf(0);
  const flags = round.slice(start, start + scores.length).map((score) => (score > 0 ? "x" : " "));
  const runs = flags.join("").split(/ +/).filter(Boolean);
  return runs.map((run) => run.length).sort((a, b) => a - b);
}
