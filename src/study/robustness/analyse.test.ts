import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { attackCurvesFigure, NARROW, recoveryFigure, standAlone, WIDE } from "../figures/index.js";
import { SYNTHETIC_ATTACKS, syntheticAttack, threeSeeds } from "../testing/synthetic-attacks.js";
import { analyseRobustness } from "./analyse.js";
import { RobustnessConfig } from "./config.js";
import { Robustness } from "./results.js";
import { recoveryTable } from "./table.js";

const config = RobustnessConfig.parse({});
const results = analyseRobustness(config, SYNTHETIC_ATTACKS, ["npx lacuna robustness"]);
const gap = (arm: string, over: string, parameters: number) =>
  results.gaps.find((g) => g.arm === arm && g.over === over && g.parameters === parameters)!;

describe("robustness", () => {
  it("is a valid file that says what it was asked", () => {
    expect(Robustness.parse(results)).toEqual(results);
    expect(results.cells.map(({ arm }) => arm).slice(0, 4)).toEqual(["rmu", "document", "mask", "remove"]);
  });

  it("has geometric means over seeds, as tokens and as a share of pretraining", () => {
    const { recovery } = results.cells.find(({ arm }) => arm === "mask")!;
    expect(recovery.value).toBeCloseTo(2000, 6);
    expect(recovery.share).toBeCloseTo(0.002, 9);
    // Every exact cell has variance 1, so the pooled one is 1; 11 cells of 3 seeds have 22 degrees of freedom.
    expect(Math.log(recovery.high! / 2000)).toBeCloseTo(2.0739 / Math.sqrt(3), 3);
    expect(recovery).toMatchObject({ seeds: 3, censored: 0 });
  });

  it("compares filtering with unlearning, and token with document filtering", () => {
    expect(gap("mask", "rmu", 1e6).value).toBeCloseTo(4, 8);
    expect(gap("mask", "document", 1e6).value).toBeCloseTo(4, 8);
    expect(gap("document", "rmu", 1e5)).toMatchObject({ bound: "exact" });
    expect(results.gaps.some(({ arm }) => arm === "rmu")).toBe(false);
  });

  it("has no number for a run that diverged in its first step", () => {
    const facts = SYNTHETIC_ATTACKS.map((fact) => {
      if (fact.arm !== "rmu") return fact;
      const [first, ...others] = fact.attack.runs;
      return { ...fact, attack: { ...fact.attack, runs: [{ ...first, tokens: 0, censored: true }, ...others] } };
    });
    const cut = Robustness.parse(analyseRobustness(config, facts, []));
    for (const { arm, recovery } of cut.cells) expect(recovery.value === null).toBe(arm === "rmu");
    for (const { over, value } of cut.gaps) if (over === "rmu") expect(value).toBeNull();
    expect(recoveryTable(cut)).toContain("unknown");
  });

  it("makes no more of a censored recovery than a bound", () => {
    expect(gap("remove", "rmu", 1e7)).toMatchObject({ bound: "at least", low: null, high: null });
    expect(gap("remove", "rmu", 1e7).value).toBeCloseTo(200, 8);
    const cell = results.cells.find(({ arm, parameters }) => arm === "remove" && parameters === 1e7)!;
    expect(cell.recovery).toMatchObject({ censored: 3, low: null, high: null });
    expect(results.caveats.join("\n")).toContain("remove 10000x1");
    const other = syntheticAttack("rmu", 1e5, [9000, 9000], { censored: true });
    const both = analyseRobustness(config, [other, syntheticAttack("mask", 1e5, [9000], { censored: true })], []);
    expect(both.gaps[0]).toMatchObject({ bound: "unknown", value: null });
  });

  it("says whether the gap grows with size, and not where sizes are bounds", () => {
    const trend = (arm: string) => results.trends.find((t) => t.arm === arm && t.over === "rmu")!;
    expect(trend("mask").value).toBeCloseTo(2, 8);
    expect(trend("mask").grows).toBe("yes");
    expect(trend("remove")).toMatchObject({ censored: true, grows: "unclear", low: null });
    expect(trend("document").grows).toBe("unclear");
    expect(results.statements[0]).toMatch(/^At 10 M parameters.*mask 8.0× .*paper, at 1.8 B: 3×.*remove at least 200×/);
  });

  it("has no ratio to a method that forgot nothing", () => {
    const nothing = syntheticAttack("rmu", 1e5, [], { initialLoss: 4.5 });
    const { gaps, cells } = analyseRobustness(config, [nothing, syntheticAttack("mask", 1e5, threeSeeds(50))], []);
    expect(cells[0].recovery).toMatchObject({ value: 0, share: 0, seeds: 0 });
    expect(gaps[0]).toMatchObject({ value: null, low: null });
  });

  it("notes where unlearning hides less than removal does", () => {
    expect(results.caveats.some((caveat) => caveat.includes("stays below"))).toBe(false);
    const weak = [syntheticAttack("rmu", 1e5, [10], { initialLoss: 5 }), syntheticAttack("remove", 1e5, [10])];
    expect(analyseRobustness(config, weak, []).caveats.join()).toContain("stays below the removal arm's: rmu 100x1");
  });

  it("names the block that RMU pushes at each size, and what intervals of unlearning leave out", () => {
    const caveats = (...layers: number[]) => {
      const facts = layers.map((layer, i) => syntheticAttack("rmu", 10 ** (5 + i), threeSeeds(10), { layer }));
      return analyseRobustness(config, facts, []).caveats.join("\n");
    };
    expect(caveats(1, 1)).toContain("after block 1 to");
    expect(caveats(0, 1, 1)).toContain("after block 0 (100x1) and 1 (1000x1, 10000x1) to");
    expect(caveats(1)).toContain("one seed: its direction and the order of its data are not in the intervals");
    const filtered = analyseRobustness(config, [syntheticAttack("mask", 1e5, threeSeeds(10))], []);
    expect(filtered.caveats.join()).not.toContain("one seed");
  });

  it("prints a table", () => {
    const lines = recoveryTable(results).split("\n");
    expect(lines[4]).toMatch(/^ +mask +4\.500 +6\.000 +0\.004 +2,000 \[\d+, [\d,]+\] +0\.20 %$/);
    expect(lines.some((line) => line.includes("≥ 200 k"))).toBe(true);
  });
});

describe("figures 7 and 26", () => {
  const drawings = [recoveryFigure, attackCurvesFigure];

  it("are the same twice, in both layouts, without a fixed colour", () => {
    for (const draw of drawings) {
      for (const layout of [WIDE, NARROW]) {
        const svg = draw(results, layout);
        expect(svg).toBe(draw(results, layout));
        expect(svg).not.toMatch(/NaN|(fill|stroke)="(#|rgb|black|white)/);
        for (const arm of ["none", "remove"]) expect(svg.includes(`--arm-${arm}`)).toBe(arm === "remove");
        expect(svg).toContain("--arm-unlearned");
        const alone = standAlone(svg, "dark");
        for (const [name] of svg.matchAll(/--[\w-]+/g)) expect(alone).toContain(`${name}: #`);
      }
    }
  });

  it("mark bounds by a hollow marker, and have a line per arm and seed in a panel per size", () => {
    const svg = recoveryFigure(results, WIDE);
    expect(svg.split('fill="var(--paper)"').length - 1).toBe(1);
    const { document } = parseHTML(attackCurvesFigure(results, WIDE));
    const lines = document.querySelectorAll('g[aria-label="line"] path');
    expect(lines).toHaveLength(3 * 4 * 3);
  });

  it("tell methods of unlearning apart, in lines and in the key", () => {
    const methods = ["rmu", "circuit-breaker", "gradient-ascent"];
    const rivals = methods.map((arm) => syntheticAttack(arm, 1e5, threeSeeds(1000)));
    const larger = methods.map((arm) => syntheticAttack(arm, 1e6, threeSeeds(1000)));
    const attacked = analyseRobustness(config, [...rivals, ...larger], []);
    for (const draw of drawings) {
      const { document } = parseHTML(draw(attacked, WIDE));
      const lines = [...document.querySelectorAll('g[aria-label="line"] path')].map((path) =>
        path.closest("[stroke-dasharray]"),
      );
      expect(new Set(lines.map((line) => line?.getAttribute("stroke-dasharray"))).size).toBe(3);
    }
    const texts = [...parseHTML(attackCurvesFigure(attacked, WIDE)).document.querySelectorAll("text")];
    const key = texts
      .map(({ textContent }) => textContent)
      .filter((text) => methods.some((name) => text.endsWith(name)));
    expect(new Set(key.map((text) => text.split(" ")[0])).size).toBe(3);
  });

  it("mark the loss before the attack on the left edge, by symbols that the key has too", () => {
    const high = analyseRobustness(config, [syntheticAttack("rmu", 1e5, [1000], { initialLoss: 20 })], []);
    for (const layout of [WIDE, NARROW]) {
      const { document } = parseHTML(attackCurvesFigure(high, layout));
      expect(document.querySelectorAll('g[aria-label="dot"] path')).toHaveLength(1 + 1);
    }
    const { document } = parseHTML(attackCurvesFigure(results, WIDE));
    expect(document.querySelectorAll('g[aria-label="dot"] path')).toHaveLength(results.cells.length + 4);
  });

  it("are empty when nothing was attacked", () => {
    for (const draw of drawings) expect(draw({ cells: [] }, WIDE)).toBe("");
  });
});
