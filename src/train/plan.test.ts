import { describe, expect, it } from "vitest";
import { planTraining } from "./plan.js";
import { HIDDEN, syntheticCorpus, syntheticStream } from "./testing/synthetic.js";

const corpus = syntheticCorpus();
const raw = syntheticStream(corpus, "none");
const options = { context: 16, batch: 4, seed: 2, tokens: 64 * 20, budget: "raw" as const };

describe("a plan", () => {
  it("counts raw tokens by default, the same number of steps for every arm", () => {
    for (const method of ["none", "document", "mask", "remove"] as const)
      expect(planTraining(raw, syntheticStream(corpus, method), undefined, options).steps).toBe(20);
  });

  it("on an effective budget, takes the fewest steps that train that many targets", () => {
    const plan = planTraining(
      raw,
      syntheticStream(corpus, "mask"),
      { startAt: 0 },
      { ...options, budget: "effective" },
    );
    const trained = (steps: number) =>
      Array.from({ length: steps }, (_, step) => plan.effectiveTokensAt(step)).reduce((a, b) => a + b, 0);
    expect(plan.steps).toBeGreaterThan(20);
    expect(trained(plan.steps)).toBeGreaterThanOrEqual(options.tokens);
    expect(trained(plan.steps - 1)).toBeLessThan(options.tokens);
  });

  it("says how many targets of a batch count", () => {
    const plan = planTraining(raw, syntheticStream(corpus, "mask"), { startAt: 0 }, options);
    const counted = plan.batchAt(3).lossMask.reduce((a, b) => a + b, 0);
    expect(plan.effectiveTokensAt(3)).toBe(counted);
  });

  it.each([
    [0, 0],
    [0.4, 8],
    [1, 20],
  ])("with startAt %d, filters from step %i on and not before", (startAt, first) => {
    const plan = planTraining(raw, syntheticStream(corpus, "remove"), { startAt }, options);
    const filters = Array.from({ length: plan.steps }, (_, step) => plan.batchAt(step).tokens.includes(HIDDEN));
    expect(filters).toEqual(Array.from({ length: 20 }, (_, step) => step >= first));
    const masks = Array.from({ length: plan.steps }, (_, step) => plan.batchAt(step).lossMask.includes(0));
    expect(masks).toEqual(filters);
  });

  it("counts epochs over the data a step sees", () => {
    const plan = planTraining(raw, raw, undefined, options);
    const windows = Math.floor((raw.inputs.length - 1) / 16);
    expect(plan.epochsAt(20)).toBeCloseTo((20 * 4) / windows);
  });
});
