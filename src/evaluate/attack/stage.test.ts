import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { NO_DOMAIN, readTokens, writeTokens } from "../../tokens/index.js";
import { pretrainStage } from "../../train/index.js";
import { END, syntheticCorpus, writeArtifacts } from "../../train/testing/synthetic.js";
import { type AttackRun, beyond, budgets, favourAttacker } from "./attack.js";
import { recover } from "./recover.js";
import { AttackFile, attackStage } from "./stage.js";

const folder = mkdtempSync(join(tmpdir(), "lacuna-attack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [tokens, baseline, filtered] = ["tokens", "baseline", "filtered"].map((name) => join(folder, name));
const quick = { forget: ["upper"], lrs: [0.003, 0.03], seeds: [1, 2], batch: 2, testWindows: 16, cap: 0.5, baseline };

const attackOf = async (options: object, name: string) => {
  const out = join(folder, name);
  const manifest = await runStage(attackStage, { tokens, model: filtered, ...quick, ...options }, out);
  const file = AttackFile.parse(JSON.parse(readFileSync(join(out, "attack.json"), "utf8")));
  return { manifest, file };
};

/** A model that has seen capitals and one that has not: documents that are all capitals are the forget text. */
beforeAll(async () => {
  const { policies, scores } = await writeArtifacts(folder, syntheticCorpus(400));
  for (const split of ["train", "test"] as const) {
    const shard = readTokens(tokens, split);
    const labels = Uint8Array.from(shard.tokens, (id) => (id === END ? NO_DOMAIN : id < 97 ? 0 : 1));
    await writeTokens(tokens, split, shard, { domains: ["upper", "lower"], labels });
  }
  const small = { tokens, width: 8, layers: 1, heads: 1, context: 16, batch: 8, steps: 120, validations: 0, lr: 0.02 };
  await runStage(pretrainStage, small, baseline);
  await runStage(pretrainStage, { ...small, scores, policy: policies.remove }, filtered);
}, 60_000);

describe("npx lacuna attack", () => {
  it("counts the tokens until a filtered model knows what the unfiltered one does", async () => {
    const { file, manifest } = await attackOf({ lrs: [0.003, 0.03, 0.3] }, "attack");
    expect(file.initialLoss).toBeGreaterThan(file.target + 0.2);
    expect(file.pretrainingTokens).toBe(120 * 8 * 16);
    expect(file.runs.map(({ seed }) => seed)).toEqual([1, 2]);
    for (const run of file.runs) {
      expect(run.curve[0]).toEqual({ step: 0, tokens: 0, loss: file.initialLoss });
      expect(run).toMatchObject({ ended: "recovered", ...recover(run.curve, file.target) });
      expect(run.curve.at(-2)!.loss).toBeGreaterThan(file.target);
      expect(run.curve.at(-1)!.loss).toBeLessThanOrEqual(file.target);
    }
    // The winner, in the middle, is tried first, and the others had no more tokens than it needed.
    const [first] = file.runs;
    expect(file.sweep).toContainEqual(first);
    for (const run of file.sweep) expect(run.tokens).toBeLessThan(first.tokens + 2 * 16);
    expect(file.sweep.map(({ ended }) => ended)).toEqual(["recovered", "slower", "slower"]);
    expect(existsSync(join(folder, "attack", ".runs"))).toBe(false);
    expect(manifest.result).toMatchObject({ lr: file.lr });
  });

  it("marks runs that never get there as censored at the cap", async () => {
    const { file } = await attackOf({ baseline: undefined, target: 0.5, cap: 0.02 }, "censored");
    for (const run of [...file.sweep, ...file.runs]) {
      expect(run).toMatchObject({ censored: true, ended: "cap" });
      expect(run.tokens).toBe(Math.ceil((0.02 * file.pretrainingTokens) / 32) * 32);
    }
    const ends = file.sweep.map(({ curve, lr }) => [curve.at(-1)!.loss, lr]).sort();
    expect(file.lr).toBe(ends[0][1]);
  });

  it("has nothing to do for a model that lost nothing, and survives a rate that diverges", async () => {
    const { file } = await attackOf({ model: baseline }, "nothing");
    expect(file).toMatchObject({ lr: null, runs: [], sweep: [], initialLoss: file.target });
    const wild = await attackOf({ lrs: [1e30, 0.03], seeds: [1] }, "wild");
    expect(wild.file.sweep.slice(0, 2).map(({ ended }) => ended)).toEqual(["diverged", "recovered"]);
    expect(wild.file.lr).toBeLessThanOrEqual(0.03);
  });

  it("interrupted between runs goes on to the same bytes", async () => {
    const whole = await attackOf({}, "whole");
    let told = 0;
    const stop = () => {
      if (++told === 2) throw new Error("interrupted");
    };
    const out = join(folder, "again");
    const options = { tokens, model: filtered, ...quick };
    await expect(runStage(attackStage, options, out, { progress: stop })).rejects.toThrow("interrupted");
    expect(existsSync(`${out}.partial/.runs`)).toBe(true);
    expect((await runStage(attackStage, options, out)).fingerprint).toBe(whole.manifest.fingerprint);
  });

  it("refuses what does not compare", async () => {
    await expect(attackOf({ baseline: undefined }, "x")).rejects.toThrow(/either --baseline.*or --target/);
    await expect(attackOf({ target: 3 }, "x")).rejects.toThrow(/either --baseline.*or --target/);
    await expect(attackOf({ forget: ["chemistry"] }, "x")).rejects.toThrow(/no document of chemistry/);
  });
});

describe("budgets of an attack", () => {
  it("rise by the factor, each once, up to all there may be", () => {
    expect(budgets(10, 2)).toEqual([1, 2, 4, 8, 10]);
    expect(budgets(8, 2)).toEqual([1, 2, 4, 8]);
    expect(budgets(6, 1.3)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(budgets(1, 2)).toEqual([1]);
  });
});

describe("the rate that favours the attacker", () => {
  const run = (lr: number, tokens: number, censored: boolean, loss: number): AttackRun => ({
    ...{ lr, seed: 1, tokens, censored, ended: censored ? "cap" : "recovered" },
    curve: [
      { step: 0, tokens: 0, loss: 9 },
      { step: 1, tokens, loss },
    ],
  });

  it("recovers with the fewest tokens, or else ends lowest", () => {
    expect(favourAttacker([run(1, 50, true, 2), run(2, 90, false, 3), run(3, 70, false, 4)]).lr).toBe(3);
    expect(favourAttacker([run(1, 90, true, 5), run(2, 90, true, 4), run(3, 90, true, 6)]).lr).toBe(2);
  });

  it("is looked for beyond the rates given while the best lies at an end", () => {
    expect(beyond([run(4, 70, false, 2), run(8, 90, false, 2)])).toBe(2);
    expect(beyond([run(4, 90, true, 2), run(8, 70, false, 2)])).toBe(16);
    expect(beyond([run(4, 90, true, 3), run(8, 70, true, 2), run(16, 70, true, 4)])).toBeUndefined();
  });
});
