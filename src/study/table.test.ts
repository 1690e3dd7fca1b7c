import { describe, expect, it } from "vitest";
import { analyse } from "./analyse.js";
import { bounded } from "./format.js";
import { resultTable } from "./table.js";
import { SYNTHETIC_SLOWDOWN, syntheticFacts } from "./testing/synthetic-study.js";

const steep = { ...SYNTHETIC_SLOWDOWN.remove, medical: { at: 90, grows: 0 } };
const results = analyse(syntheticFacts({ slowdown: { ...SYNTHETIC_SLOWDOWN, remove: steep } }), { resamples: 50 });
const lines = resultTable(results).split("\n");

describe("result table", () => {
  it("fits 100 columns and has a row per arm and size of the ladder, and none of the range", () => {
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    const names = results.arms.map(({ name }) => name).join("|");
    const ladder = results.cells.filter(({ size }) => !size.includes("@"));
    expect(lines.filter((line) => new RegExp(`^[\\d. M]* +(${names}) `).test(line))).toHaveLength(ladder.length);
  });

  it("shows every arm's own slowdown, and a bound as a bound", () => {
    const largest = lines.slice(lines.findIndex((line) => line.startsWith("0.15 M")));
    for (const arm of ["document", "mask", "remove", "random-mask"]) {
      const cell = results.cells.find((one) => one.size === "48x2" && one.arm === arm)!;
      const row = largest.find((line) => new RegExp(`^[\\d. M]* +${arm} `).test(line))!;
      expect(row, arm).toContain(` ${bounded(cell.slowdowns.find(({ measure }) => measure === "medical")!)} `);
    }
    expect(largest.find((line) => line.includes("remove"))).toContain("≥");
  });
});
