import { describe, expect, it } from "vitest";
import { studyConfig } from "./budgets.js";
import { ARMS, BUDGETS, StudyConfig } from "./config.js";
import { parametersOf } from "./pipeline.js";
import { planStudy } from "./run.js";
import { stageByName } from "./stages.js";

describe.each(BUDGETS)("the %s study", (budget) => {
  const config = studyConfig(budget);

  it("is a valid config of at least four sizes, smallest first", () => {
    expect(StudyConfig.parse(config)).toEqual(config);
    const parameters = config.sizes.map((size) => parametersOf(config, size));
    expect(parameters.length).toBeGreaterThanOrEqual(4);
    expect(parameters).toEqual([...parameters].sort((a, b) => a - b));
  });

  it("gives every stage options it knows", async () => {
    for (const { id, stage, options } of await planStudy({ config, out: "unused" })) {
      const { options: schema } = stageByName(stage);
      expect(
        Object.keys(options).filter((name) => !(name in schema.shape)),
        id,
      ).toEqual([]);
      const parsed = schema.safeParse(options);
      expect(parsed.success, `${id}: ${parsed.error?.message}`).toBe(true);
    }
  });

  it("trains and evaluates every size once per arm, and the baseline without any policy", async () => {
    const plan = await planStudy({ config, out: "unused" });
    const ids = plan.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const arm of ARMS) {
      const runs = plan.filter(({ id }) => id.startsWith(`train-${arm}-`));
      expect(runs).toHaveLength(config.sizes.length);
      expect(ids.filter((id) => id.startsWith(`evaluate-${arm}-`))).toHaveLength(config.sizes.length);
      for (const { options } of runs) expect("policy" in options).toBe(arm !== "baseline");
    }
  });

  it("trains the biLM four times longer than compute-optimal (paper 3.2)", () => {
    if (budget !== "smoke") expect(config.biLm.tokensPerParameter).toBe(4 * config.tokensPerParameter);
  });
});
