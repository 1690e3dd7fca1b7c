import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { temporaryFolder } from "../testing/folder.js";
import { UserError } from "./errors.js";
import { defineStage, readManifest, runStage } from "./stage.js";

/** Copies its input n times; counts its runs; can be made to fail half-way. */
function copyStage() {
  const state = { runs: 0, failOnce: false };
  const stage = defineStage({
    name: "copy",
    summary: "",
    why: "",
    examples: [],
    version: 1,
    options: z.object({ input: z.string(), times: z.number().default(1) }),
    inputs: ["input"],
    async run({ input, times }, { out }) {
      state.runs++;
      writeFileSync(join(out, ".scratch"), "kept between attempts");
      if (state.failOnce) {
        state.failOnce = false;
        throw new Error("power cut");
      }
      writeFileSync(join(out, "copy.txt"), readFileSync(input, "utf8").repeat(times));
      return { times };
    },
  });
  return { stage, state };
}

describe("runStage", () => {
  it("finds the same step on the same inputs instead of redoing it", async () => {
    const folder = temporaryFolder();
    const [input, out] = [join(folder, "a.txt"), join(folder, "out")];
    writeFileSync(input, "x");
    const { stage, state } = copyStage();
    const first = await runStage(stage, { input }, out);
    const second = await runStage(stage, { input, times: 1 }, out);
    expect([first.found, second.found, state.runs]).toEqual([false, true, 1]);
    expect(second.fingerprint).toBe(first.fingerprint);
  });

  it("counts inputs by content: a changed file is another result, and nothing is overwritten", async () => {
    const folder = temporaryFolder();
    const [input, out] = [join(folder, "a.txt"), join(folder, "out")];
    writeFileSync(input, "x");
    const { stage } = copyStage();
    await runStage(stage, { input }, out);
    writeFileSync(input, "y");
    await expect(runStage(stage, { input }, out)).rejects.toThrow("holds another result");
    expect(readFileSync(join(out, "copy.txt"), "utf8")).toBe("x");
  });

  it("leaves nothing under the final name when it fails, and goes on with its scratch", async () => {
    const folder = temporaryFolder();
    const [input, out] = [join(folder, "a.txt"), join(folder, "out")];
    writeFileSync(input, "x");
    const { stage, state } = copyStage();
    state.failOnce = true;
    await expect(runStage(stage, { input }, out)).rejects.toThrow("power cut");
    expect(existsSync(out)).toBe(false);
    expect(existsSync(join(`${out}.partial`, ".scratch"))).toBe(true);
    expect(() => readManifest(out)).toThrow("was interrupted");
    await runStage(stage, { input }, out);
    expect(existsSync(`${out}.partial`)).toBe(false);
    expect(Object.keys(readManifest(out).outputs)).toEqual(["copy.txt"]);
  });

  it("leaves nothing at all when it fails before it has written anything", async () => {
    const folder = temporaryFolder();
    const { stage } = copyStage();
    const failing = { ...stage, run: () => Promise.reject(new UserError("nothing to copy")) };
    writeFileSync(join(folder, "a.txt"), "x");
    await expect(runStage(failing, { input: join(folder, "a.txt") }, join(folder, "out"))).rejects.toThrow("nothing");
    expect(existsSync(join(folder, "out.partial"))).toBe(false);
  });

  it("does not reuse the scratch of other options", async () => {
    const folder = temporaryFolder();
    const [input, out] = [join(folder, "a.txt"), join(folder, "out")];
    writeFileSync(input, "x");
    const { stage, state } = copyStage();
    state.failOnce = true;
    await expect(runStage(stage, { input, times: 2 }, out)).rejects.toThrow();
    writeFileSync(join(`${out}.partial`, "stale.txt"), "of times = 2");
    await runStage(stage, { input, times: 3 }, out);
    expect(Object.keys(readManifest(out).outputs)).toEqual(["copy.txt"]);
  });

  it("tells what is wrong with options and inputs", async () => {
    const { stage } = copyStage();
    const out = join(temporaryFolder(), "out");
    await expect(runStage(stage, { input: "/no/such/file" }, out)).rejects.toThrow("/no/such/file does not exist");
    await expect(runStage(stage, { input: 3 } as never, out)).rejects.toThrow(UserError);
  });
});
