import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../testing/built.js";
import { exitCodeOf } from "./signals.js";

beforeAll(ensureBuilt);

const PROGRAM = fileURLToPath(new URL("testing/ending.mjs", import.meta.url));

function start(): ChildProcess {
  return spawn(process.execPath, [PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("signals that end a command", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("end it in order by the first %s, at once by the second", async (signal) => {
    const child = start();
    await once(child.stdout!, "data");
    child.kill(signal);
    expect(String((await once(child.stdout!, "data"))[0])).toBe(`ending by ${signal}\n`);
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([null, signal]);
  });

  it("have the exit codes that a shell gives them", () => {
    expect([exitCodeOf("SIGINT"), exitCodeOf("SIGTERM")]).toEqual([130, 143]);
  });
});
