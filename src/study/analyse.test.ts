import { describe, expect, it } from "vitest";
import { analyse } from "./analyse.js";
import { Results } from "./results.js";
import { SYNTHETIC_ARMS, SYNTHETIC_SIZES, SYNTHETIC_SLOWDOWN, syntheticFacts } from "./testing/synthetic-study.js";

const results = analyse(syntheticFacts(), { resamples: 200 });

describe("analysis of a synthetic study", () => {
  it("fits the schema, also after a trip through JSON", () => {
    expect(Results.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
  });

  it("is the same twice, byte for byte", () => {
    expect(JSON.stringify(analyse(syntheticFacts(), { resamples: 200 }))).toBe(JSON.stringify(results));
  });

  it("reports every size and arm with losses and slowdowns by both methods, each with an interval", () => {
    expect(results.cells).toHaveLength(SYNTHETIC_SIZES.length * SYNTHETIC_ARMS.length);
    for (const cell of results.cells) {
      expect(cell.losses.map(({ measure }) => measure)).toEqual(["medical", "biology", "general", "all retain"]);
      expect(cell.slowdowns).toHaveLength(8);
      for (const { value, low, high } of [...cell.losses, ...cell.slowdowns]) {
        expect(low!).toBeLessThanOrEqual(value!);
        expect(high!).toBeGreaterThanOrEqual(value!);
      }
    }
  });

  it("recovers the slowdowns the synthetic losses were made from", () => {
    for (const cell of results.cells.filter(({ arm }) => arm !== "baseline")) {
      const { at, grows } = SYNTHETIC_SLOWDOWN[cell.arm].medical;
      const truth = at * (cell.flops / 1e13) ** grows;
      const fit = cell.slowdowns.find(({ measure, method }) => measure === "medical" && method === "fit")!;
      expect(fit.value! / truth).toBeGreaterThan(0.85);
      expect(fit.value! / truth).toBeLessThan(1.17);
    }
  });

  it("puts the baseline at exactly 1 by interpolation", () => {
    for (const cell of results.cells.filter(({ arm }) => arm === "baseline")) {
      for (const slowdown of cell.slowdowns.filter(({ method }) => method === "interpolation")) {
        expect(slowdown.value).toBeCloseTo(1, 9);
        expect(slowdown.extrapolated).toBe(false);
      }
    }
  });

  it("flags forget slowdowns below the smallest baseline as extrapolated", () => {
    const smallest = results.cells.find(({ arm, size }) => arm === "remove" && size === SYNTHETIC_SIZES[0].name)!;
    for (const slowdown of smallest.slowdowns.filter(({ measure }) => measure === "medical"))
      expect(slowdown.extrapolated).toBe(true);
  });

  it("pools domains of a role by tokens", () => {
    const { losses } = results.runs[0];
    const pooled = losses.biology.mean * losses.biology.tokens + losses.general.mean * losses.general.tokens;
    expect(losses["all retain"].tokens).toBe(losses.biology.tokens + losses.general.tokens);
    expect(losses["all retain"].mean).toBeCloseTo(pooled / losses["all retain"].tokens, 9);
  });

  it("keeps at most 120 points of a training curve and its last step", () => {
    for (const run of results.runs) {
      expect(run.history.length).toBeLessThanOrEqual(120);
      expect(run.history.at(-1)!.step).toBe(run.steps);
    }
  });

  it("names a study without a baseline, or with runs on different documents", () => {
    const facts = syntheticFacts();
    expect(() => analyse({ ...facts, arms: facts.arms.slice(1) })).toThrow(/method none/);
    const [first, ...rest] = facts.runs;
    const short = { ...first, losses: syntheticFacts({ documents: 10 }).runs[0].losses };
    expect(() => analyse({ ...facts, runs: [short, ...rest] })).toThrow(/different numbers of documents: 10,240/);
  });
});
