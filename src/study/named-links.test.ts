import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { linkStep } from "./named-links.js";

function step(folder: string, name: string): string {
  const path = join(folder, "steps", name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "manifest.json"), name);
  return path;
}

describe("stable names of steps", () => {
  it("lead to the step by a relative link, so that a study can be moved", () => {
    const folder = temporaryFolder();
    linkStep(folder, "classifier", step(folder, "classifier-lexicon-ngram-1ad87efa8e"));
    expect(readlinkSync(join(folder, "classifier"))).toBe(join("steps", "classifier-lexicon-ngram-1ad87efa8e"));
    expect(readFileSync(join(folder, "classifier/manifest.json"), "utf8")).toContain("1ad87efa8e");
  });

  it("follow the newest step, and leave nothing else behind", () => {
    const folder = temporaryFolder();
    for (const key of ["0000000001", "0000000002", "0000000001"])
      linkStep(folder, "scores", step(folder, `score-${key}`));
    expect(readFileSync(join(folder, "scores/manifest.json"), "utf8")).toBe("score-0000000001");
    expect(readdirSync(folder).sort()).toEqual(["scores", "steps"]);
    expect(readdirSync(join(folder, "steps"))).toHaveLength(2);
  });

  it("never replace a folder that is no link", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "classifier"));
    linkStep(folder, "classifier", step(folder, "classifier-0000000001"));
    expect(lstatSync(join(folder, "classifier")).isSymbolicLink()).toBe(false);
  });
});
