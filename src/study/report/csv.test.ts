import { csvParse, csvParseRows } from "d3-dsv";
import { describe, expect, it } from "vitest";
import { analyse } from "../analyse.js";
import { statisticAt } from "../cells.js";
import { HOSTILE_TEXT } from "../testing/synthetic-quality.js";
import { syntheticFacts } from "../testing/synthetic-study.js";
import { csvText } from "./csv.js";
import { reportData } from "./index.js";

describe("CSV", () => {
  it("has a header, a line per row, and comes back as it went in", () => {
    const text = csvText([
      { name: `a, "b"\nc`, value: 1.5, none: null },
      { name: "plain", value: -2, none: null },
    ]);
    expect(text.split("\r\n")[0]).toBe("name,value,none");
    expect(csvParseRows(text)).toEqual([
      ["name", "value", "none"],
      [`a, "b"\nc`, "1.5", ""],
      ["plain", "-2", ""],
    ]);
    expect(csvText([])).toBe("");
  });

  it("lets no text be taken for a formula, and leaves numbers as they are", () => {
    const cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "a=b"].map((text) => ({ text, number: -1 }));
    const rows = csvParseRows(csvText(cells)).slice(1);
    expect(rows.map(([text]) => text)).toEqual(["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "a=b"]);
    expect(rows.every(([, number]) => number === "-1")).toBe(true);
  });
});

describe("data of a report", () => {
  const results = analyse(syntheticFacts({ documents: 60 }), { resamples: 20 });
  const data = new Map(reportData(results).map(({ name, rows }) => [name, csvParse(csvText(rows))]));

  it("holds every arm's number under its own name", () => {
    for (const { arm, size, value, low } of results.selectivity) {
      const parameters = results.sizes.find(({ name }) => name === size)!.parameters;
      const row = data.get("selectivity")!.find((one) => one.arm === arm && Number(one.parameters) === parameters)!;
      expect([Number(row.value), Number(row.low_95)]).toEqual([value, low]);
    }
    const largest = results.sizes.find(({ name }) => name === "48x2")!.parameters;
    const row = data.get("slowdowns")!.find((one) => {
      return one.arm === "mask" && one.text === "medical" && Number(one.parameters) === largest;
    })!;
    const cell = results.cells.find(({ arm, size }) => arm === "mask" && size === "48x2")!;
    expect(Number(row.value)).toBe(cell.slowdowns.find(({ measure }) => measure === "medical")!.value);
    expect(Number(row.loss)).toBe(cell.losses.find(({ measure }) => measure === "medical")!.value);
    expect(statisticAt(results.selectivity, "48x2", "mask")!.value).not.toBe(Number(row.value));
  });

  it("has a file for every figure and table, with rows of one shape", () => {
    const names = [
      "selectivity",
      "slowdown-figure",
      "frontier-figure",
      "baseline-curve",
      "training",
      "precision-recall",
    ];
    const tables = ["slowdowns", "comparisons", "noise", "labels", "classifiers", "arms", "text", "runs", "passages"];
    for (const name of [...names, ...tables]) expect([...data.keys()]).toContain(name);
    for (const { name, rows } of reportData(results))
      for (const row of rows) expect(Object.keys(row), name).toEqual(Object.keys(rows[0]));
    const hostile = data.get("passages")!.filter(({ passage }) => passage.includes(HOSTILE_TEXT));
    expect(hostile.map(({ text }) => text).join("")).toBe(HOSTILE_TEXT);
  });
});
