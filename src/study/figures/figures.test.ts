import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { analyse } from "../analyse.js";
import { statisticAt } from "../cells.js";
import { bounded, parameterLabel } from "../format.js";
import { HOSTILE_TEXT, syntheticPassages } from "../testing/synthetic-quality.js";
import { SYNTHETIC_SIZES, SYNTHETIC_SLOWDOWN, syntheticFacts } from "../testing/synthetic-study.js";
import { armWords } from "../words.js";
import * as figures from "./index.js";
import { dodge, dodgeWithin, evenTicks, logTicks, ratioTicks } from "./labels.js";

const facts = syntheticFacts({ documents: 60 });
const results = analyse(facts, { resamples: 20 });
/** Removal is known by a bound only, everywhere. */
const steep = { ...SYNTHETIC_SLOWDOWN.remove, medical: { at: 90, grows: 0 } };
const outside = analyse(syntheticFacts({ documents: 60, slowdown: { ...SYNTHETIC_SLOWDOWN, remove: steep } }), {
  resamples: 20,
});
const { NARROW, WIDE } = figures;
const drawings = [
  figures.selectivityFigure,
  figures.slowdownFigure,
  figures.frontierFigure,
  figures.baselineFigure,
  figures.curvesFigure,
];
const words = armWords(results.arms);

/** Marks of one kind in a drawing, as CSS selects them. */
const marks = (svg: string, kind: string) => [
  ...parseHTML(svg).document.querySelectorAll(["path", "circle", "line"].map((tag) => `g.${kind} ${tag}`).join(", ")),
];
const texts = (svg: string) => [...parseHTML(svg).document.querySelectorAll("text")].map((text) => text.textContent);

describe("figures", () => {
  it("are the same twice, byte for byte, in both layouts", () => {
    for (const draw of drawings) {
      for (const layout of [WIDE, NARROW]) expect(draw(results, layout)).toBe(draw(results, layout));
    }
  });

  it("colour by variables only, so that light, dark and print share one drawing", () => {
    const svgs = [
      ...drawings.map((draw) => draw(results, WIDE)),
      ...figures.classifierPanels(results).map((panel) => panel.svg),
      ...results.arms.map((arm) => figures.armKey(arm)),
    ];
    expect(svgs).toHaveLength(8 + results.arms.length);
    for (const svg of svgs) {
      expect(svg).toMatch(/^<svg/);
      expect(svg).not.toMatch(/(fill|stroke)="(#|rgb|black|white)/);
      expect(svg).not.toContain("NaN");
    }
  });

  it("name their axes, and sizes by their parameters", () => {
    const [selectivity, slowdown, frontier, baseline, training] = drawings.map((draw) => texts(draw(results, WIDE)));
    expect(selectivity).toContain("slowdown on medical text, divided by slowdown on the rest");
    for (const labels of [selectivity, slowdown]) {
      expect(labels).toContain("model size, parameters");
      expect(labels).toContain(parameterLabel(SYNTHETIC_SIZES[4].parameters));
    }
    expect(frontier.filter((text) => text!.includes("nats per token"))).toHaveLength(2);
    expect(baseline).toContain("training compute, FLOPs");
    expect(training).toContain("training tokens read");
    for (const draw of drawings) expect(draw(results, WIDE)).not.toMatch(/\d+x\d+/);
  });

  it("label every arm by its own words and its own number, in both layouts", () => {
    const own = results.arms.slice(1).map(({ name }) => statisticAt(results.selectivity, "48x2", name)!);
    expect(new Set(own.map(({ value }) => value)).size).toBe(own.length);
    const wide = texts(figures.selectivityFigure(results, WIDE));
    const narrow = texts(figures.selectivityFigure(results, NARROW));
    for (const statistic of own) {
      const name = words.get(statistic.arm)!;
      expect(wide).toContain(`${name} ${bounded(statistic)}`);
      expect(narrow[narrow.indexOf(name)]).toBe(name);
    }
    expect(wide).toContain("1×: a random filter");
    expect(wide.some((text) => text!.startsWith("↑ better"))).toBe(true);
  });

  it("draw a bound as an arrow, never as a point", () => {
    for (const [draw, points] of [
      [figures.selectivityFigure, figures.selectivityPoints(outside)],
      [figures.slowdownFigure, figures.slowdownPoints(outside)],
    ] as const) {
      const known = points.filter(({ value }) => value !== null);
      const bounds = points.filter(({ value, atLeast, atMost }) => value === null && (atLeast ?? atMost) !== null);
      expect(bounds.some(({ arm }) => arm === "remove")).toBe(true);
      const svg = draw(outside, WIDE);
      expect(marks(svg, "value")).toHaveLength(known.length);
      expect(marks(svg, "arrow")).toHaveLength(bounds.length);
    }
    const labels = texts(figures.selectivityFigure(outside, WIDE));
    expect(labels.some((text) => text!.startsWith("tokens removed ≥ "))).toBe(true);
    const baseline = figures.baselineFigure(outside, WIDE);
    expect(marks(baseline, "arrow").length).toBeGreaterThan(0);
  });

  it("point a lower bound's arrow up, and an upper bound's down", () => {
    const tipOf = (bound: { atLeast: number | null; atMost: number | null }) => {
      const open = { value: null, low: null, high: null, ...bound };
      const selectivity = results.selectivity.map((one) => (one.arm === "mask" ? { ...one, ...open } : one));
      const [arrow] = marks(figures.selectivityFigure({ ...results, selectivity }, WIDE), "arrow");
      const [, from, to] = /^M[\d.]+,([\d.]+)L[\d.]+,([\d.]+)/.exec(arrow.getAttribute("d")!)!.map(Number);
      return to - from;
    };
    expect(tipOf({ atLeast: 2, atMost: null })).toBeLessThan(0);
    expect(tipOf({ atLeast: null, atMost: 2 })).toBeGreaterThan(0);
  });

  it("tell controls apart without colour: dashed lines and hollow markers", () => {
    const svg = figures.selectivityFigure(results, WIDE);
    const values = [...parseHTML(svg).document.querySelectorAll("g.value")];
    const isHollow = (group: { getAttribute(name: string): string | null }) =>
      group.getAttribute("fill") === "var(--paper)";
    expect(values.filter(isHollow)).toHaveLength(3);
    expect(values.filter((group) => !isHollow(group))).toHaveLength(3);
    for (const group of values)
      expect(group.getAttribute("stroke")).toBe(isHollow(group) ? "var(--control)" : group.getAttribute("fill"));
    expect(svg).toContain('stroke-dasharray="5 3"');
  });

  it("show baselines beside the ladder in the baseline's figure only", () => {
    const range = results.cells.filter(({ size }) => size.includes("@"));
    expect(range).toHaveLength(2);
    const hollow = marks(figures.baselineFigure(results, WIDE), "measured").filter(
      (mark) => mark.getAttribute("fill") === "var(--paper)",
    );
    expect(hollow).toHaveLength(2 * 3);
    const ladder = new Set(SYNTHETIC_SIZES.filter(({ isLadder }) => isLadder).map(({ name }) => name));
    expect(figures.trainingPoints(results).every(({ size }) => ladder.has(size))).toBe(true);
    expect(figures.frontierPoints(results)).toHaveLength(results.cells.length - range.length);
  });

  it("read slowdowns off where the curve has the arm's loss", () => {
    const points = figures.baselineCurvePoints(results).filter(({ domain }) => domain === "medical");
    for (const arm of ["document", "mask", "remove"]) {
      const [own, read] = points.filter((point) => point.arm === arm);
      expect([own.kind, read.kind, read.loss]).toEqual(["arm", "read", own.loss]);
      const slowdown = results.cells
        .find((cell) => cell.arm === arm && cell.size === "48x2")!
        .slowdowns.find(({ measure }) => measure === "medical")!;
      expect(own.flops / read.flops, arm).toBeCloseTo(slowdown.value!, 9);
    }
    expect(marks(figures.baselineFigure(results, WIDE), "unigram")).toHaveLength(3);
  });

  it("stand alone with colours and a background of their own", () => {
    for (const theme of ["light", "dark"] as const) {
      const svg = figures.standAlone(figures.selectivityFigure(results, WIDE), theme);
      const variables = new Set(svg.match(/var\((--[\w-]+)\)/g)!.map((use) => use.slice(4, -1)));
      for (const name of variables) expect(svg).toContain(`${name}: #`);
      expect(parseHTML(svg).document.querySelector("svg > rect")!.getAttribute("fill")).toBe("var(--paper)");
    }
  });

  it("leave out what cannot be drawn instead of failing", () => {
    const [route, ...others] = facts.routes;
    const ungraded = { ...route, classifier: { ...route.classifier, evaluations: [] } };
    const bare = analyse({ ...facts, roles: {}, routes: [ungraded, ...others] }, { resamples: 5 });
    expect(figures.selectivityFigure(bare, WIDE)).toBe("");
    expect(figures.frontierFigure(bare, WIDE)).toBe("");
    expect(figures.classifierPanels(bare)).toEqual([]);
    expect(figures.slowdownFigure(bare, WIDE)).toMatch(/^<svg/);
  });

  it("escape names and corpus text", () => {
    const name = `a"><script>x</script>`;
    const runs = facts.runs.map((run) => ({
      ...run,
      losses: { ...run.losses, domains: run.losses.domains.map((domain) => (domain === "medical" ? name : domain)) },
    }));
    const roles = { [name]: "forget", biology: "retain", general: "retain" } as const;
    const hostile = analyse({ ...facts, roles, runs }, { resamples: 5 });
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

  it("stay within the frame where it has room", () => {
    expect(dodgeWithin([50, 50, 50], 10, [0, 55])).toEqual([35, 45, 55]);
    expect(dodgeWithin([2, 2], 10, [0, 55])).toEqual([0, 10]);
  });

  it("get round ticks within the domain", () => {
    expect(logTicks([0.8, 30])).toEqual([1, 2, 5, 10, 20]);
    expect(evenTicks([3.9, 6.2])).toEqual([4, 4.5, 5, 5.5, 6]);
    expect(ratioTicks([0.8, 30])).toEqual([1, 2, 5, 10, 20]);
    expect(ratioTicks([0.9, 1.4]).length).toBeGreaterThanOrEqual(3);
  });
});
