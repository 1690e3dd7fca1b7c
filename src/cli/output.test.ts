import { spawnSync } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../base/package.js";
import { ensureBuilt } from "../testing/built.js";

beforeAll(ensureBuilt);

const MAIN = join(PACKAGE_ROOT, "dist/cli/main.js");

/** A command that prints a few lines, and one that prints its help. */
const COMMANDS = [
  ["tokenizer", "--name", "cl100k_base", "--out", "/nowhere/out", "--dry-run"],
  ["score", "--help"],
  ["--version"],
];

describe.skipIf(!existsSync("/dev/full"))("standard output", () => {
  it.each(COMMANDS)("that cannot be written is told, and the command fails: %s", (...args) => {
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^Cannot write to standard output: the disk is full.*\n$/),
    ]);
  });

  it.each(COMMANDS)("that nobody reads any longer ends the command quietly: %s", (...args) => {
    const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ");
    // The reader ends at once; the command's own status is told on descriptor 3.
    const script = `exec 3>&1; { ${command}; echo "status $?" >&3; } | true`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["status 0\n", ""]);
  });
});
