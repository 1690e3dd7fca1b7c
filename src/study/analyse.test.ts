import { describe, expect, it } from "vitest";
import { analyse } from "./analyse.js";
import { slowdownOf, statisticAt } from "./cells.js";
import { Results } from "./results.js";
import { SYNTHETIC_ARMS, SYNTHETIC_SLOWDOWN, syntheticFacts } from "./testing/synthetic-study.js";

const results = analyse(syntheticFacts(), { resamples: 200 });
const filtered = results.cells.filter(({ arm }) => arm !== "baseline");

describe("analysis of a synthetic study", () => {
  it("fits the schema, also after a trip through JSON", () => {
    expect(Results.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
  });

  it("is the same twice, byte for byte", () => {
    expect(JSON.stringify(analyse(syntheticFacts(), { resamples: 200 }))).toBe(JSON.stringify(results));
  });

  it("finds the slowdowns again that the synthetic losses were made from, each inside its interval", () => {
    for (const cell of filtered) {
      for (const measure of ["medical", "biology", "general"] as const) {
        const { at, grows } = SYNTHETIC_SLOWDOWN[cell.arm][measure];
        const truth = at * (cell.flops / 1e12) ** grows;
        const { value, low, high } = slowdownOf(results, cell.size, cell.arm, measure)!;
        const where = `${cell.size} ${cell.arm} ${measure}`;
        if (value !== null) expect(Math.abs(Math.log(value / truth)), where).toBeLessThan(0.2);
        expect((low ?? 0) / 1.05, where).toBeLessThanOrEqual(truth);
        expect((high ?? Number.POSITIVE_INFINITY) * 1.05, where).toBeGreaterThanOrEqual(truth);
      }
    }
  });

  it("puts every arm's number under its own name, in cells, selectivity and comparisons", () => {
    const truth = (arm: string, flops: number) => {
      const { medical, biology, general } = SYNTHETIC_SLOWDOWN[arm];
      const kept = Math.exp((2 * Math.log(biology.at) + 7 * Math.log(general.at)) / 9);
      return (medical.at * (flops / 1e12) ** medical.grows) / kept;
    };
    const cell = results.cells.find(({ size, arm }) => size === "48x2" && arm === "mask")!;
    for (const { name } of SYNTHETIC_ARMS.slice(1)) {
      const found = statisticAt(results.selectivity, "48x2", name)!.value!;
      expect(Math.abs(Math.log(found / truth(name, cell.flops))), name).toBeLessThan(0.15);
    }
    for (const { arm, against, value } of results.findings.comparisons.filter(({ size }) => size === "48x2")) {
      const expected = Math.log(truth(arm, cell.flops) / truth(against, cell.flops));
      expect(Math.abs(value! - expected), `${arm} over ${against}`).toBeLessThan(0.2);
    }
  });

  it("compares every arm of the classifier with the controls of its method, and tokens with documents", () => {
    const pairs = results.findings.comparisons
      .filter(({ size }) => size === "48x2")
      .map(({ arm, against }) => `${arm} ${against}`);
    expect(pairs.sort()).toEqual([
      "mask document",
      "mask random-mask",
      "mask truth-mask",
      "mask wrong-topic-mask",
      "remove document",
    ]);
  });

  it("puts the baseline at exactly 1, and holds 1 in nearly all intervals of held-out baseline runs", () => {
    for (const cell of results.cells.filter(({ arm }) => arm === "baseline"))
      for (const { value } of cell.slowdowns) expect(value).toBeCloseTo(1, 9);
    const covered = results.calibration.filter(({ covers }) => covers).length;
    expect(covered / results.calibration.length).toBeGreaterThanOrEqual(0.9);
  });

  it("gives no number for an arm above a unigram table, only a bound", () => {
    const facts = syntheticFacts();
    const runs = facts.runs.map((run) => {
      if (run.arm !== "mask") return run;
      const lossSum = run.losses.lossSum.map((sum, i) => (i % 3 === 0 ? 9.2 * run.losses.count[i] : sum));
      return { ...run, losses: { ...run.losses, lossSum } };
    });
    const above = analyse({ ...facts, runs }, { resamples: 50 });
    const { value, atLeast, high } = slowdownOf(above, "48x2", "mask", "medical")!;
    expect(value).toBeNull();
    expect(atLeast).toBeGreaterThan(10);
    expect(high).toBeNull();
    expect(statisticAt(above.selectivity, "48x2", "mask")).toMatchObject({ value: null, high: null });
    expect(above.sentence).toContain("at least");
  });

  it("cuts the curve at the unigram table where a baseline is above it", () => {
    const facts = syntheticFacts();
    const loss = results.cells.find(({ size, arm }) => size === "24x2" && arm === "mask")!.losses[0].value!;
    const unigram = { ...facts.unigram, medical: { lossSum: (loss - 0.05) * 1000, count: 1000 } };
    const cut = analyse({ ...facts, unigram }, { resamples: 20 });
    expect(slowdownOf(results, "24x2", "mask", "medical")!.value).not.toBeNull();
    expect(slowdownOf(cut, "24x2", "mask", "medical")!.value).toBeNull();
  });

  it("widens with training noise, and says where the noise was taken from", () => {
    const width = (of: Results) => {
      const { low, high } = slowdownOf(of, "48x2", "mask", "medical")!;
      return Math.log(high! / low!);
    };
    const noisy = analyse(syntheticFacts({ noise: 0.02 }), { resamples: 200 });
    expect(width(noisy)).toBeGreaterThan(2 * width(results));
    expect(noisy.noise).toMatchObject({ from: "seeds" });
    expect(noisy.noise.sizes.find(({ size }) => size === "48x2")!.sd.medical).toBeGreaterThan(0.005);
    const single = analyse(syntheticFacts({ seeds: [1] }), { resamples: 20 });
    expect(single.noise.from).toBe("line");
    expect(single.caveats.join(" ")).toContain("No cell has enough seeds");
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
