import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { analyse } from "../analyse.js";
import { HOSTILE_TEXT, syntheticPassages } from "../testing/synthetic-quality.js";
import { syntheticFacts } from "../testing/synthetic-study.js";
import * as figures from "./index.js";
import { dodge, evenTicks, logTicks } from "./labels.js";

const facts = syntheticFacts({ documents: 60 });
const results = analyse(facts, { resamples: 20 });
const { NARROW, WIDE } = figures;
const drawings = [figures.slowdownFigure, figures.frontierFigure, figures.scalingFigure, figures.curvesFigure];

describe("figures", () => {
  it("are the same twice, byte for byte, in both layouts", () => {
    for (const draw of drawings) {
      for (const layout of [WIDE, NARROW]) expect(draw(results, layout)).toBe(draw(results, layout));
    }
  });

  it("colour by variables only, so that light, dark and print share one drawing", () => {
    const svgs = [
      ...drawings.map((draw) => draw(results, WIDE)),
      ...figures.classifierPanels(results).map((p) => p.svg),
    ];
    expect(svgs).toHaveLength(7);
    for (const svg of svgs) {
      expect(svg).toMatch(/^<svg/);
      expect(svg).not.toMatch(/(fill|stroke)="(#|rgb|black|white)/);
      expect(svg).not.toContain("NaN");
    }
  });

  it("mark what is extrapolated by a hollow marker, and every arm by its own colour", () => {
    const svg = figures.slowdownFigure(results, WIDE);
    const hollow = results.cells.flatMap((cell) =>
      cell.slowdowns.filter((s) => s.extrapolated && s.method === "fit" && s.measure !== "all retain"),
    );
    expect(svg.split('fill="var(--paper)"').length - 1).toBe(hollow.length);
    for (const arm of results.arms) expect(svg).toContain(figures.armColour(arm));
  });

  it("stand alone with colours and a background of their own", () => {
    for (const theme of ["light", "dark"] as const) {
      const svg = figures.standAlone(figures.slowdownFigure(results, WIDE), theme);
      const variables = new Set(svg.match(/var\((--[\w-]+)\)/g)!.map((use) => use.slice(4, -1)));
      for (const name of variables) expect(svg).toContain(`${name}: #`);
      expect(parseHTML(svg).document.querySelector("svg > rect")!.getAttribute("fill")).toBe("var(--paper)");
    }
  });

  it("leave out what cannot be drawn instead of failing", () => {
    const bare = analyse({ ...facts, roles: {}, classifier: null }, { resamples: 5 });
    expect(figures.frontierFigure(bare, WIDE)).toBe("");
    expect(figures.classifierPanels(bare)).toEqual([]);
    expect(figures.slowdownFigure(bare, WIDE)).toMatch(/^<svg/);
  });

  it("escape names and corpus text", () => {
    const name = `a"><script>x</script>`;
    const roles = { ...facts.roles };
    const runs = facts.runs.map((run) => ({
      ...run,
      losses: { ...run.losses, domains: run.losses.domains.map((domain) => (domain === "general" ? name : domain)) },
    }));
    const hostile = analyse({ ...facts, roles: { ...roles, [name]: "retain" }, runs }, { resamples: 5 });
    const passage = figures.passageFigure(syntheticPassages()[2], ["medical"]);
    expect(passage).toContain("&lt;");
    for (const svg of [...drawings.map((draw) => figures.standAlone(draw(hostile, WIDE))), passage]) {
      expect(svg).not.toContain("<script");
      expect(svg).not.toContain(HOSTILE_TEXT);
      expect(parseHTML(svg).document.querySelectorAll("script, img")).toHaveLength(0);
    }
  });
});

describe("labels", () => {
  it("are kept apart, moved as little as can be, in the order given", () => {
    expect(dodge([10, 100], 15)).toEqual([10, 100]);
    expect(dodge([50, 50, 50], 10)).toEqual([40, 50, 60]);
    const moved = dodge([30, 28, 29, 80], 12);
    const sorted = [...moved].sort((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) expect(sorted[i] - sorted[i - 1]).toBeGreaterThanOrEqual(12 - 1e-9);
    expect(moved[1]).toBeLessThan(moved[0]);
  });

  it("get round ticks within the domain", () => {
    expect(logTicks([0.8, 30])).toEqual([1, 2, 5, 10, 20]);
    expect(evenTicks([3.9, 6.2])).toEqual([4, 4.5, 5, 5.5, 6]);
  });
});
