import { describe, expect, it } from "vitest";
import { syntheticSafeguards } from "../testing/synthetic-safeguards.js";
import type { ComparisonCell } from "./results.js";
import { holm, statementsOf } from "./statements.js";

const safeguards = syntheticSafeguards();
const { name: size, parameters } = safeguards.sizes.at(-1)!;
const measure = "cloze margin over prior to mean";
const cell = (arm: string, group: string, value: number, p: number): ComparisonCell => ({
  ...{ size, arm, parameters, group, measure, value, p },
  ...{ standardError: 0.1, low: value - 0.2, high: value + 0.2, count: 400 },
});
const [forget, retain, between] = ["glossary/forget", "glossary/retain", "glossary: forget - retain"];
const told = (...comparisons: ComparisonCell[]) => statementsOf({ ...safeguards, comparisons, boundary: [] });

describe("what is said of glossary terms", () => {
  it("rests on the test of the difference, not on one side being significant and the other not", () => {
    const sides = [cell("mask", forget, -0.3, 0.001), cell("mask", retain, -0.28, 0.06)];
    const [unclear] = told(...sides, cell("mask", between, -0.02, 0.8));
    expect(unclear).toContain("no difference between terms to forget and terms to keep was found");
    const [clear] = told(...sides, cell("mask", between, -0.4, 0.01));
    expect(clear).toContain("it lost terms to forget against terms to keep");
    expect(told(...sides, cell("mask", between, 0.4, 0.01))[0]).toContain("it lost terms to keep against");
  });

  it("has the interval of every change", () => {
    const [said] = told(
      cell("mask", forget, -0.3, 0.001),
      cell("mask", retain, 0.1, 0.4),
      cell("mask", between, -0.4, 0.01),
    );
    for (const change of [
      "−0.40 nats [−0.60, −0.20]",
      "forget −0.30 nats [−0.50, −0.10]",
      "keep +0.10 nats [−0.10, +0.30]",
    ])
      expect(said).toContain(change);
  });

  it("corrects the verdict over arms", () => {
    const tests = ["document", "mask", "remove"].map((arm, i) => cell(arm, between, -0.4, [0.04, 0.01, 0.5][i]));
    const said = told(...tests);
    expect(said.map((statement) => statement.includes("it lost"))).toEqual([false, true, false]);
    expect(said[0]).toContain("p = 0.080, by Holm over 3 arms");
    expect(holm([0.04, 0.01, 0.5])).toEqual([0.08, 0.03, 0.5]);
    expect(holm([0.02, 0.02])).toEqual([0.04, 0.04]);
  });

  it("says so when a side has too few questions to be tested", () => {
    expect(told(cell("mask", forget, -0.3, 0.001))).toEqual([
      expect.stringMatching(/cannot be compared \(forget −0.30 nats .*; keep too few questions\)/),
    ]);
  });
});
