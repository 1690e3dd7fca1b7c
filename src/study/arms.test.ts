import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Arm, CONTROL_ARMS, isControl, PAPER_ARMS, readArms } from "./arms.js";

const file = (arms: unknown) => {
  const path = join(mkdtempSync(join(tmpdir(), "arms-")), "arms.json");
  writeFileSync(path, JSON.stringify(arms));
  return path;
};

describe("arms", () => {
  it("have the paper's four as a preset, and controls that go by other scores than the classifier's", () => {
    expect(PAPER_ARMS.map(({ method }) => method)).toEqual(["none", "document", "mask", "remove"]);
    expect(PAPER_ARMS.some(isControl)).toBe(false);
    expect(CONTROL_ARMS.every(isControl)).toBe(true);
  });

  it("filter by exactly one rule, and none where nothing is filtered", () => {
    const of = (more: object) => Arm.safeParse({ name: "a", method: "mask", ...more }).success;
    expect(of({ share: 0.1 })).toBe(true);
    expect(of({})).toBe(false);
    expect(of({ share: 0.1, rule: "f1" })).toBe(false);
    expect(of({ method: "none", share: 0.1 })).toBe(false);
    expect(of({ labels: "random", rule: "f1" })).toBe(false);
  });

  it("are read from a file, which needs one baseline and names of their own", () => {
    const mask = { name: "mask", method: "mask", rule: "prevalence" };
    const baseline = { name: "base", method: "none" };
    expect(readArms(file([baseline, mask])).map(({ name, start }) => [name, start])).toEqual([
      ["base", 0],
      ["mask", 0],
    ]);
    expect(() => readArms(file([mask]))).toThrow(/exactly one arm with method "none"/);
    expect(() => readArms(file([baseline, mask, mask]))).toThrow(/two arms called "mask"/);
    expect(() => readArms(file([{ ...baseline, name: "../x" }]))).toThrow(/lower-case letters/);
  });
});
