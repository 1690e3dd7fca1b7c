import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { smallPipeline } from "../../classify/testing/small-pipeline.js";
import { stageByName } from "../stages.js";
import type { StepSpec } from "../steps.js";
import { ClassifierStudyConfig } from "./config.js";
import { planClassifierStudy } from "./run.js";

let plan: StepSpec[];
beforeAll(async () => {
  const config = ClassifierStudyConfig.parse({ upsample: ["odd"], noise: [0.2] });
  const root = mkdtempSync(join(tmpdir(), "lacuna-test-"));
  const { tokens, labels } = await smallPipeline(root);
  plan = await planClassifierStudy({ config, tokens, labels, out: "unused" });
  rmSync(root, { recursive: true });
});
const step = (id: string) => plan.find((one) => one.id === id)!;

describe("the classifier study", () => {
  it("gives every stage options it knows, and every step an id of its own", () => {
    for (const { id, stage, options } of plan) {
      const { options: schema } = stageByName(stage);
      const known = Object.keys(schema.shape);
      expect(
        Object.keys(options).filter((name) => !known.includes(name)),
        id,
      ).toEqual([]);
      const parsed = schema.safeParse(options);
      expect(parsed.success, `${id}: ${parsed.error?.message}`).toBe(true);
    }
    expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length);
  });

  it("reports every classifier it fits, by name, and compares only those", () => {
    const { names, classifiers, steps, weak, strong, student } = step("classifier-report").options as {
      names: string[];
      classifiers: string[];
      steps: string[];
      [role: string]: unknown;
    };
    const fitted = plan.filter(({ stage }) => stage === "classifier").map(({ id }) => id);
    expect([...classifiers].sort()).toEqual(fitted.sort());
    for (const name of [...steps.flatMap((pair) => pair.split(":")), weak, strong, student])
      expect(names).toContain(name);
  });

  it("gives an encoder the tokens of both halves, and every biLM the same per parameter", () => {
    const budget = (id: string) => step(id).options.tokensPerParameter;
    expect(budget("encoder-32")).toBe(2 * (budget("bilm-32-forward") as number));
    for (const id of ["bilm-16-reverse", "bilm-64-forward", "upsampled-32-reverse"])
      expect(budget(id)).toBe(budget("bilm-32-forward"));
  });

  it("judges what learned other labels by the ones they came from", () => {
    const worse = ["sentence-labels", "document-labels", "20-noise", "weak", "weak-to-strong", "strong"];
    for (const { id, stage, options } of plan) {
      if (stage !== "classifier") continue;
      const isWorse = worse.includes(id.replace("classifier-", ""));
      expect(options.reference === undefined, id).toBe(!isWorse);
    }
  });

  it("lets the strong model learn, from weak labels and from true ones, documents the weak one has not seen", () => {
    expect(step("classifier-weak").options).toMatchObject({ left: "bilm-16-forward", labels: "labels-first" });
    expect(step("labels-weak").options).toMatchObject({ classifier: "classifier-weak" });
    expect(step("labels-weak-second").options).toMatchObject({ labels: "labels-weak", half: "second" });
    expect(step("classifier-weak-to-strong").options).toMatchObject({
      left: "bilm-64-forward",
      labels: "labels-weak-second",
    });
    expect(step("classifier-strong").options).toMatchObject({ left: "bilm-64-forward", labels: "labels-second" });
    const seeds = ["labels-first", "labels-second", "labels-weak-second"].map((id) => step(id).options.seed);
    expect(new Set(seeds).size).toBe(1);
  });
});
