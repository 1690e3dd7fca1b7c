import { describe, expect, it } from "vitest";
import type { Answered } from "./answers.js";
import { compareAnswers } from "./compare.js";
import { MEASURES, summarise } from "./measures.js";

const answered = (more: Partial<Answered> = {}): Answered => ({
  ...{ id: "1", group: "g", answer: 1, bytes: [2, 10, 4], beyondContext: false, contaminated: false },
  ...{ letter: [-3, -2, -2.5], cloze: [-4, -10, -6], prior: [-3, -11, -5] },
  ...more,
});

describe("measures of an answer", () => {
  it("by hand", () => {
    const one = answered();
    const of = (name: keyof typeof MEASURES) => MEASURES[name](one);
    expect(of("letter accuracy")).toBe(1);
    expect(of("letter margin")).toBeCloseTo(0.5, 12);
    expect(of("letter margin to mean")).toBeCloseTo(-2 + (3 + 2.5) / 2, 12);
    expect(of("cloze accuracy")).toBe(0);
    expect(of("cloze accuracy per byte")).toBe(1); // -2, -1, -1.5 nats per byte
    expect(of("cloze margin per byte")).toBeCloseTo(0.5, 12);
    expect(of("cloze accuracy over prior")).toBe(1); // -1, 1, -1
    expect(of("cloze margin over prior")).toBeCloseTo(2, 12);
    expect(of("cloze margin over prior to mean")).toBeCloseTo(2, 12);
  });

  it("gives ties to the first choice, so that knowing nothing is chance", () => {
    expect(MEASURES["letter accuracy"](answered({ letter: [-1, -1, -1] }))).toBe(0);
    expect(MEASURES["letter accuracy"](answered({ letter: undefined }))).toBeUndefined();
  });
});

describe("summary", () => {
  it("leaves contaminated questions out of the figures and counts them and those beyond the context", () => {
    const wrong = answered({ id: "2", letter: [0, -1, -2], contaminated: true, bytes: [1, 1, 1] });
    const long = answered({
      id: "3",
      bytes: [2, 10],
      cloze: [-4, -10],
      letter: [-1, -2],
      prior: [0, 0],
      beyondContext: true,
    });
    const { g } = summarise([answered(), wrong, long]);
    expect(g).toMatchObject({ questions: 2, contaminated: 1, beyondContext: 1 });
    expect(g.chance).toBeCloseTo((1 / 3 + 1 / 2) / 2, 12);
    expect(g.measures["letter accuracy"]).toMatchObject({ value: 0.5, count: 2 });
  });

  it("has no figure where nothing is left", () => {
    expect(summarise([answered({ contaminated: true })]).g).toMatchObject({ questions: 0, chance: null, measures: {} });
  });
});

describe("comparison of two models", () => {
  const set = (group: string, shift: number) =>
    Array.from({ length: 30 }, (_, i) =>
      answered({ id: `${group}${i}`, group, letter: [-3, -2 + shift + 0.1 * Math.sin(7 * i + shift), -3] }),
    );

  it("takes second less first, question by question, and tests forget against retain", () => {
    const first = [...set("forget", 0), ...set("retain", 0)];
    const second = [...set("forget", -0.5), ...set("retain", 0)].reverse();
    const { groups, forgetAgainstRetain } = compareAnswers(first, second, {
      seed: 1,
      forget: ["forget"],
      retain: ["retain"],
    });
    expect(groups.forget["letter margin"]!.value).toBeCloseTo(-0.5, 1);
    expect(groups.forget["letter margin"]!.p).toBeLessThan(0.001);
    expect(groups.retain["letter margin"]).toMatchObject({ value: 0, p: 1 });
    expect(forgetAgainstRetain!["letter margin"]!.p).toBeLessThan(0.01);
  });

  it("refuses models that answered different questions", () => {
    expect(() => compareAnswers(set("g", 0), set("h", 0), { seed: 1 })).toThrow(/same questions.*g0 is missing/);
  });
});
