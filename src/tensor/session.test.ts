import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../testing/built.js";

beforeAll(ensureBuilt);

const PROGRAM = fileURLToPath(new URL("testing/end-inside-call.mjs", import.meta.url));

describe("a process that ends while a thread is inside the native runtime", () => {
  it.each([0, 37, 90])("ends with its own exit code and without a word (after %i ms)", (delay) => {
    const { status, signal, stderr } = spawnSync(process.execPath, [PROGRAM, String(delay)], { encoding: "utf8" });
    expect({ status, signal, stderr }).toEqual({ status: 130, signal: null, stderr: "" });
  });
});
