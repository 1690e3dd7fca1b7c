import { describe, expect, it } from "vitest";
import { analyse } from "./analyse.js";
import { resultTable } from "./table.js";
import { syntheticFacts } from "./testing/synthetic-study.js";

const table = resultTable(analyse(syntheticFacts(), { resamples: 50 }));

describe("result table", () => {
  it("fits 100 columns and has a row per size and arm", () => {
    const lines = table.split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => /^[\d. M]* +(baseline|document|mask|remove) /.test(line))).toHaveLength(16);
  });

  it("marks what is read off beyond the trained sizes", () => {
    const remove = table.split("\n").find((line) => line.includes("remove"))!;
    expect(remove).toMatch(/remove +\d\.\d{3} +[\d.]+\* \[/);
  });
});
