import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { buildGrid } from "./grid.js";
import { drawNoise, measureNoise, spreadOf } from "./noise.js";
import { syntheticFacts } from "./testing/synthetic-study.js";

/** Facts whose runs of the small sizes are moved by a luck of their own, on all texts alike. */
function unevenFacts() {
  const facts = syntheticFacts({ seeds: [1, 2, 3], noise: 0.002 });
  const rng = random(5, "luck");
  const runs = facts.runs.map((run) => {
    if (run.size !== "16x2") return run;
    const factor = Math.exp(0.05 * rng.normal());
    return { ...run, losses: { ...run.losses, lossSum: run.losses.lossSum.map((sum) => factor * sum) } };
  });
  return { ...facts, runs };
}

describe("training noise", () => {
  it("is that of the size, not of the whole grid", () => {
    const noise = measureNoise(buildGrid(unevenFacts()));
    expect(noise.from).toBe("seeds");
    expect(spreadOf(noise.at.get("16x2")!, 0)).toBeGreaterThan(0.02);
    expect(spreadOf(noise.at.get("48x2")!, 0)).toBeLessThan(0.005);
  });

  it("takes the next sizes in where a size has too few seeds", () => {
    const facts = unevenFacts();
    const runs = facts.runs.filter(({ size, seed }) => size !== "48x2" || seed === 1);
    const noise = measureNoise(buildGrid({ ...facts, runs }));
    expect(noise.at.get("48x2")!.freedom).toBeGreaterThanOrEqual(3);
    expect(spreadOf(noise.at.get("48x2")!, 0)).toBeLessThan(0.01);
  });

  it("moves a run's losses on all texts together, up as often as down", () => {
    const noise = measureNoise(buildGrid(unevenFacts()));
    const rng = random(1, "draws");
    const draws = Array.from({ length: 2000 }, () => drawNoise(noise.at.get("16x2")!, 4, rng).map(Math.log));
    const mean = draws.reduce((sum, draw) => sum + draw[0], 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    for (const draw of draws.slice(0, 50)) expect(Math.abs(draw[0] - draw[1])).toBeLessThan(0.02);
  });
});
