import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { loadModel } from "../../nn/index.js";
import { NO_DOMAIN, readTokens, writeTokens } from "../../tokens/index.js";
import { pretrainStage } from "../stage.js";
import { END, syntheticCorpus, writeArtifacts } from "../testing/synthetic.js";
import { mlpWeights } from "./rmu.js";
import { UnlearnFile, unlearnStage } from "./stage.js";
import { chooseSetting, type UnlearnPoint } from "./unlearn.js";

const folder = mkdtempSync(join(tmpdir(), "lacuna-unlearn-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [tokens, model] = ["tokens", "model"].map((name) => join(folder, name));
const quick = {
  forget: ["upper"],
  retain: ["lower"],
  lrs: [0.003, 0.03],
  steps: 20,
  batch: 4,
  evaluateEvery: 4,
  windows: 8,
};

const run = async (options: object, name: string) => {
  const out = join(folder, name);
  const manifest = await runStage(unlearnStage, { tokens, model, ...quick, ...options }, out);
  const file = UnlearnFile.parse(JSON.parse(readFileSync(join(out, "unlearning.json"), "utf8")));
  return { out, manifest, file };
};

beforeAll(async () => {
  await writeArtifacts(folder, syntheticCorpus(300));
  for (const split of ["train", "validation"] as const) {
    const shard = readTokens(tokens, split);
    const labels = Uint8Array.from(shard.tokens, (id) => (id === END ? NO_DOMAIN : id < 97 ? 0 : 1));
    await writeTokens(tokens, split, shard, { domains: ["upper", "lower"], labels });
  }
  const small = { tokens, width: 8, layers: 1, heads: 1, context: 16, batch: 8, steps: 80, validations: 0, lr: 0.02 };
  await runStage(pretrainStage, small, model);
}, 60_000);

describe("npx lacuna unlearn", () => {
  it.each(["rmu", "circuit-breaker", "gradient-ascent"] as const)(
    "%s forgets within the retain budget",
    async (method) => {
      const { out, file } = await run({ method, retainBudget: 0.3 }, method);
      const { before, chosen, settings } = file;
      expect(chosen!.forget).toBeGreaterThan(before.forget);
      expect(chosen!.retain).toBeLessThanOrEqual(before.retain + 0.3);
      expect(settings.find(({ lr }) => lr === chosen!.lr)!.points).toContainEqual({ ...chosen, lr: undefined });
      const [was, is] = [loadModel(model).parameters, loadModel(out).parameters];
      const changed = Object.keys(was).filter((name) => was[name].some((value, i) => value !== is[name][i]));
      expect(changed).toEqual(file.trainable);
      // A circuit breaker is about states before the final norm.
      const moving = {
        rmu: 2,
        "circuit-breaker": Object.keys(was).length - 1,
        "gradient-ascent": Object.keys(was).length,
      };
      expect(changed).toHaveLength(moving[method]);
      if (method === "rmu") expect(changed).toEqual(mlpWeights(1));
      expect(existsSync(join(out, ".runs"))).toBe(false);
      // Tells attacks how long it was pretrained, and is a model for every other command.
      expect(readFileSync(join(out, "training.json"), "utf8")).toBe(readFileSync(join(model, "training.json"), "utf8"));
      expect(existsSync(join(out, "tokenizer.json"))).toBe(true);
    },
  );

  it("measures states before it pushes them, and sets the coefficient by them when asked", async () => {
    const { file } = await run({}, "published");
    expect(file).toMatchObject({ method: "rmu", layer: 1, coefficient: 20 });
    const auto = await run({ coefficient: "auto" }, "auto");
    expect(auto.file.stateNorm).toBe(file.stateNorm);
    expect(auto.file.coefficient).toBeCloseTo(5 * file.stateNorm!, 6);
  });

  it("keeps the model when no setting within the budget forgets anything", async () => {
    const { out, file } = await run({ retainBudget: 1e-9, lrs: [0.1], steps: 8 }, "nothing");
    expect(file.chosen).toBeNull();
    expect(loadModel(out)).toEqual(loadModel(model));
  });

  it("interrupted and started again ends with the same bytes", async () => {
    const whole = await run({ steps: 12 }, "whole");
    let told = 0;
    const progress = () => {
      if (++told === 2) throw new Error("interrupted");
    };
    const out = join(folder, "again");
    const options = { tokens, model, ...quick, steps: 12 };
    await expect(runStage(unlearnStage, options, out, { progress })).rejects.toThrow("interrupted");
    expect((await runStage(unlearnStage, options, out)).fingerprint).toBe(whole.manifest.fingerprint);
  });

  it("refuses text that is on both sides", async () => {
    await expect(run({ retain: ["lower", "upper"] }, "x")).rejects.toThrow(/upper cannot be both/);
  });
});

describe("the setting chosen", () => {
  const point = (step: number, forget: number, retain: number): UnlearnPoint => ({ step, forget, retain });
  const before = point(0, 4, 5);
  const setting = (lr: number, ...points: UnlearnPoint[]) => ({ lr, points, ended: "steps" as const });

  it("forgets most of those within the budget", () => {
    const settings = [setting(1, point(1, 5, 5.05), point(2, 9, 6)), setting(2, point(1, 6, 5.1), point(2, 5.5, 5))];
    expect(chooseSetting(before, settings, 0.1)).toEqual({ step: 1, forget: 6, retain: 5.1, lr: 2 });
    expect(chooseSetting(before, settings, 2)).toMatchObject({ forget: 9, lr: 1 });
  });

  it("is none when all break the budget or none forgets", () => {
    expect(chooseSetting(before, [setting(1, point(1, 9, 6)), setting(2, point(1, 3.9, 5))], 0.1)).toBeNull();
  });
});
