import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it, vi } from "vitest";
import { shoutingScores, writeScoredJob } from "../filter/policies/testing/scored-job.js";
import { temporaryFolder } from "../testing/folder.js";
import { addFilterCommand } from "./filter.js";

/** Runs the command; returns what it printed. */
async function lacuna(...args: string[]): Promise<string> {
  const program = new Command("lacuna").exitOverride();
  addFilterCommand(program);
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
  try {
    await program.parseAsync(["node", "lacuna", "filter", ...args]);
  } finally {
    log.mockRestore();
  }
  return printed.join("\n");
}

async function job() {
  const folder = temporaryFolder();
  const document = (id: string, text: string) => ({ id, text, scores: shoutingScores(text) });
  const scores = await writeScoredJob(folder, [[document("a", "xxABCyy"), document("b", "q")]]);
  return { folder, scores, out: join(folder, "policy") };
}

describe("npx lacuna filter SCORES", () => {
  it("writes policies and says what they take and how fast scores were read", async () => {
    const { scores, out } = await job();
    const text = await lacuna(scores, "--method", "remove", "--threshold", "0.5", "--close-gaps", "1", "--out", out);
    expect(text).toContain("shouting: remove, score >= 0.5000 (given), gaps of up to 1 closed");
    expect(text).toContain("3 tokens removed: 30.00 % of 10 tokens after smoothing");
    expect(text).toMatch(/GB\/s; no model was loaded/);
    expect(JSON.parse(readFileSync(join(out, "policies.json"), "utf8")).policies[0].policy.closeGaps).toBe(1);
  });

  it("writes nothing on --dry-run, and says the same", async () => {
    const { scores, out } = await job();
    const text = await lacuna(scores, "--method", "mask", "--share", "0.3", "--out", out, "--dry-run");
    expect(text).toContain("(share 30.00 % wanted, 30.00 % before smoothing)\n  3 tokens masked: 30.00 % of 10 tokens");
    expect(existsSync(out)).toBe(false);
  });

  it("takes several policies from a file, and names the field that is wrong", async () => {
    const { folder, scores, out } = await job();
    const path = join(folder, "policies-given.json");
    writeFileSync(path, JSON.stringify([{ scores, method: "mask", rule: "f1" }]));
    expect(await lacuna("--policies", path, "--out", out)).toContain("best F1 on validation");
    writeFileSync(path, JSON.stringify([{ scores, methd: "mask" }]));
    await expect(lacuna("--policies", path, "--out", out)).rejects.toThrow(/methd/);
    await expect(lacuna("--policies", path, "--share", "0.1", "--out", out)).rejects.toThrow(/--share goes into/);
  });

  it("asks for the token shards when it is given their scores", async () => {
    const { folder, out } = await job();
    writeFileSync(join(folder, "manifest.json"), "{}");
    await expect(lacuna(folder, "--method", "mask", "--rule", "f1", "--out", out)).rejects.toThrow(/--tokens DIR/);
  });

  it.each([
    [["--method", "mask", "--rule", "f1"], /Give a scoring job/],
    [["SCORES", "--rule", "f1"], /Give --method/],
    [["SCORES", "--method", "mask"], /exactly one of --threshold/],
    [
      ["SCORES", "--method", "mask", "--rule", "f1", "--start-at", "0.5"],
      /--start-at is for policies over token shards/,
    ],
    [
      ["SCORES", "--method", "mask", "--rule", "f1", "--tokens", "t", "--top-up", "repeat"],
      /--top-up is for scoring jobs/,
    ],
    [["nowhere", "--method", "mask", "--rule", "f1"], /nowhere holds no scoring job/],
  ])("says what is wrong with %j", async (args, message) => {
    const { scores, out } = await job();
    const real = args.map((arg) => (arg === "SCORES" ? scores : arg));
    await expect(lacuna(...real, "--out", out)).rejects.toThrow(message);
  });
});
