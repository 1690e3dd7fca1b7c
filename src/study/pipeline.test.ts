import { describe, expect, it } from "vitest";
import { isControl } from "./arms.js";
import { studyConfig } from "./budgets.js";
import { BUDGETS, rangeName, StudyConfig, sizeName, trainingSeeds } from "./config.js";
import { parametersOf } from "./ladder.js";
import { planStudy } from "./run.js";
import { stageByName } from "./stages.js";

describe.each(BUDGETS)("the %s study", (budget) => {
  const config = studyConfig(budget);

  it("is a valid config, smallest size first, all of one depth, with the muP base inside the ladder", () => {
    expect(StudyConfig.parse(config)).toEqual(config);
    const parameters = config.sizes.map((size) => parametersOf(config, size));
    expect(parameters).toEqual([...parameters].sort((a, b) => a - b));
    expect(new Set(config.sizes.map(({ layers }) => layers))).toEqual(new Set([2]));
    expect(config.sizes.map(({ width }) => width)).toContain(config.baseWidth);
  });

  it("gives every stage options it knows", async () => {
    for (const { id, stage, options } of await planStudy({ config, out: "unused" })) {
      const { options: schema } = stageByName(stage);
      const unknown = Object.keys(options).filter((name) => !(name in schema.shape));
      expect(unknown, id).toEqual([]);
      const parsed = schema.safeParse(options);
      expect(parsed.success, `${id}: ${parsed.error?.message}`).toBe(true);
    }
  });

  it("trains and evaluates every cell of every arm with its seeds, the baseline without any policy", async () => {
    const plan = await planStudy({ config, out: "unused" });
    const ids = plan.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { name, method, runs } of config.arms) {
      const expected = Object.entries(runs!).flatMap(([size, count]) =>
        trainingSeeds(config.seed, count).map((seed) => `${name}-${size}-s${seed}`),
      );
      if (method === "none") expected.push(...config.range.map((run) => `${name}-${rangeName(run)}-s1`));
      for (const step of ["train", "evaluate"]) {
        const found = ids.filter((id) => expected.some((run) => id === `${step}-${run}`));
        expect(found.sort()).toEqual(expected.map((run) => `${step}-${run}`).sort());
      }
      for (const run of expected) {
        const { options } = plan.find(({ id }) => id === `train-${run}`)!;
        expect("policy" in options, run).toBe(method !== "none");
      }
    }
  });

  it("names sizes of the ladder only, and gives every control a twin of the classifier's at the same sizes", () => {
    const sizes = config.sizes.map(sizeName);
    for (const arm of config.arms) {
      expect(Object.keys(arm.runs!).filter((size) => !sizes.includes(size))).toEqual([]);
      if (!isControl(arm)) continue;
      const twin = config.arms.find((other) => !isControl(other) && other.method === arm.method)!;
      for (const size of Object.keys(arm.runs!)) expect(twin.runs, `${arm.name} ${size}`).toHaveProperty(size);
    }
  });

  it("trains the biLM four times longer than compute-optimal (paper 3.2)", () => {
    if (budget !== "smoke") expect(config.biLm.tokensPerParameter).toBe(4 * config.tokensPerParameter);
  });
});

describe("seeds of runs", () => {
  it("differ between studies of different seeds", () => {
    expect(trainingSeeds(1, 3)).toEqual([1, 2, 3]);
    expect(trainingSeeds(2, 3)).toEqual([101, 102, 103]);
  });
});

describe("a study of other labels and another classifier", () => {
  it("goes the paper's route when asked to, and shares what routes have in common", async () => {
    const config: StudyConfig = {
      ...studyConfig("smoke"),
      route: { labels: "latents", classifier: "bilm", withNgrams: false },
      compare: [{ labels: "lexicon", classifier: "bilm", withNgrams: true }],
    };
    const plan = await planStudy({ config, out: "unused" });
    const ids = plan.map(({ id }) => id);
    for (const id of ["bilm-forward", "bilm-reverse", "sae", "label-latents", "classifier-latents-bilm"])
      expect(ids.filter((one) => one === id)).toEqual([id]);
    const score = plan.find(({ id }) => id === "score")!;
    expect(score.options.classifier).toBe("classifier-latents-bilm");
    const beside = plan.find(({ id }) => id === "classifier-lexicon-bilm-ngram")!;
    expect(beside.options.ngrams).toBe("classifier-lexicon-ngram");
  });
});
