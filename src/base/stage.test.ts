import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { temporaryFolder } from "../testing/folder.js";
import { UserError } from "./errors.js";
import { defineStage, planStage, readManifest, runStage, stagePlace } from "./stage.js";

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

  it("protects an interrupted result: other options are refused, with what differs, and nothing is removed", async () => {
    const folder = temporaryFolder();
    const [input, out] = [join(folder, "a.txt"), join(folder, "out")];
    writeFileSync(input, "x");
    const { stage, state } = copyStage();
    state.failOnce = true;
    await expect(runStage(stage, { input, times: 2 }, out)).rejects.toThrow();
    const scratch = join(`${out}.partial`, ".scratch");
    const other = (options: { times?: number }) => runStage(stage, { input, ...options }, out);
    await expect(other({ times: 3 })).rejects.toThrow(
      /out\.partial holds another result, interrupted: its --times is 2, here it is 3\. .* delete .*out\.partial\./,
    );
    writeFileSync(input, "y");
    await expect(other({ times: 2 })).rejects.toThrow(/a\.txt \(--input\) has changed since/);
    writeFileSync(input, "x");
    const renamed = { ...stage, name: "paste" };
    await expect(runStage(renamed, { input, times: 2 }, out)).rejects.toThrow(/it is of "npx lacuna copy"/);
    await expect(runStage({ ...stage, version: 2 }, { input, times: 2 }, out)).rejects.toThrow(/it is of version 1/);
    expect(readFileSync(scratch, "utf8")).toBe("kept between attempts");
    const { plan } = await planStage(stage, { input, times: 2 });
    expect(stagePlace(out, plan)).toBe("partial");
    await runStage(stage, { input, times: 2 }, out);
    expect(Object.keys(readManifest(out).outputs)).toEqual(["copy.txt"]);
    expect(stagePlace(out, plan)).toBe("finished");
    await expect(other({ times: 3 })).rejects.toThrow(/holds another result: its --times is 2, here it is 3/);
  });

  it("does not take a folder for its own that does not say what it is of", async () => {
    const folder = temporaryFolder();
    const [input, out] = [join(folder, "a.txt"), join(folder, "out")];
    writeFileSync(input, "x");
    mkdirSync(`${out}.partial`);
    writeFileSync(join(`${out}.partial`, "thesis.txt"), "mine");
    await expect(runStage(copyStage().stage, { input }, out)).rejects.toThrow(/it does not say which/);
    expect(readFileSync(join(`${out}.partial`, "thesis.txt"), "utf8")).toBe("mine");
  });

  it("tells of a full disk in one sentence, and keeps what is finished", async () => {
    const folder = temporaryFolder();
    const [input, out] = [join(folder, "a.txt"), join(folder, "out")];
    writeFileSync(input, "x");
    const { stage } = copyStage();
    const full = {
      ...stage,
      run: async (_: unknown, { out: partial }: { out: string }) => {
        writeFileSync(join(partial, "half"), "");
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
      },
    };
    await expect(runStage(full, { input }, out)).rejects.toThrow(
      new UserError(
        `Cannot write ${out}: the disk is full. Free some space and run the same command again; what is finished is kept.`,
      ),
    );
    expect(existsSync(join(`${out}.partial`, "half"))).toBe(true);
  });

  it("tells what is wrong with options and inputs", async () => {
    const { stage } = copyStage();
    const out = join(temporaryFolder(), "out");
    await expect(runStage(stage, { input: "/no/such/file" }, out)).rejects.toThrow("/no/such/file does not exist");
    await expect(runStage(stage, { input: 3 } as never, out)).rejects.toThrow(UserError);
  });
});
