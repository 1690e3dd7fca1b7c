import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { temporaryFolder } from "../../testing/folder.js";
import { NO_DOMAIN, readTokens, writeTokens } from "../../tokens/index.js";
import { pretrainStage } from "../../train/index.js";
import { END, syntheticCorpus, writeArtifacts } from "../../train/testing/synthetic.js";
import { readSeries } from "../series.js";
import { stageByName } from "../stages.js";
import type { RunStep } from "../steps.js";
import { writeStudyFile } from "../testing/study-file.js";
import { analyseRobustness } from "./analyse.js";
import { RobustnessConfig } from "./config.js";
import { runAttacks } from "./pipeline.js";
import { Robustness } from "./results.js";
import { factsOf, planRobustness } from "./run.js";

/** A study's folder with a baseline and a removal model of one size, trained on synthetic text. */
async function smallStudy() {
  const folder = temporaryFolder();
  const made = await writeArtifacts(folder, syntheticCorpus(300));
  for (const split of ["train", "validation", "test"] as const) {
    const shard = readTokens(made.tokens, split);
    const labels = Uint8Array.from(shard.tokens, (id) => (id === END ? NO_DOMAIN : id < 97 ? 0 : 1));
    await writeTokens(made.tokens, split, shard, { domains: ["upper", "lower"], labels });
  }
  const steps = join(folder, "study", "steps");
  mkdirSync(steps, { recursive: true });
  writeStudyFile(join(folder, "study"));
  const small = { tokens: made.tokens, width: 8, layers: 1, heads: 1, context: 16, batch: 8, steps: 80, lr: 0.02 };
  const { policies, scores } = made;
  await runStage(pretrainStage, { ...small, validations: 0 }, join(steps, "train-baseline-8x1-s1-000000000a"));
  await runStage(
    pretrainStage,
    { ...small, scores, policy: policies.remove },
    join(steps, "train-remove-8x1-s1-000000000b"),
  );
  return { study: join(folder, "study"), steps, tokens: made.tokens };
}

describe("a robustness run", () => {
  it("attacks every filtered model and every unlearned baseline of a study", async () => {
    const { study, steps, tokens } = await smallStudy();
    expect(() => readSeries(study)).toThrow(/does not hold the token shards/);
    renameSync(tokens, join(steps, "tokenize-000000000c"));
    const series = readSeries(study);
    expect(series.tokens).toBe(join(steps, "tokenize-000000000c"));
    expect(series.models.map(({ arm, size, parameters }) => [arm, size, parameters])).toEqual([
      ["baseline", "8x1", 3352],
      ["remove", "8x1", 3352],
    ]);
    const config = RobustnessConfig.parse({
      forget: ["upper"],
      retain: ["lower"],
      lrs: [0.03],
      seeds: [1, 2],
      cap: 0.5,
    });
    const ids = (await planRobustness({ config, series })).map(({ id }) => id);
    expect(ids.sort()).toEqual(["attack-remove-8x1", "attack-rmu-8x1", "unlearn-rmu-8x1"]);

    const out = temporaryFolder();
    const step: RunStep = async ({ id, stage, options }) => {
      const quick = stage === "unlearn" ? { lrs: [0.03], steps: 10, batch: 2, evaluateEvery: 5 } : {};
      const path = join(out, id);
      return { path, manifest: await runStage(stageByName(stage), { ...options, ...quick }, path) };
    };
    const facts = (await runAttacks(config, series, step)).map(factsOf);
    const results = Robustness.parse(analyseRobustness(config, facts, []));
    expect(results.cells.map(({ arm }) => arm)).toEqual(["rmu", "remove"]);
    const [rmu, remove] = results.cells;
    expect(rmu.unlearning!.method).toBe("rmu");
    expect(remove.target).toBe(rmu.target);
    expect(remove.recovery.value).toBeGreaterThan(0);
  });
});
