import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../base/package.js";
import { COMMANDS } from "./commands.js";

const NAMES = COMMANDS.flatMap(({ commands }) => commands.map(({ name }) => name)).join("|");
/** A command line without `npx`: `lacuna` is no command after `npm ci`. */
const BARE = new RegExp(
  `(?<![\\w./@-])(?<!npx )lacuna +(?:(?:${NAMES}|--version|--help)\\b|\\$\\{(?!version|report|args))`,
);

const THIS = "shown-commands.test.ts";

/** Text files that people read, or whose strings they are shown. Scripts for clusters have their own PATH. */
function shownFiles(): string[] {
  const below = (folder: string) =>
    readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return ["README.md", ...["src", "docs", "prompts", "bench", ".ci"].flatMap(below)].filter(
    (path) => /\.(ts|md|mjs)$/.test(path) && !path.startsWith(join("src", "filter", "launch")) && !path.endsWith(THIS),
  );
}

describe("commands that are shown", () => {
  it("work as pasted: npx lacuna", () => {
    const bare = shownFiles().flatMap((path) =>
      readFileSync(join(PACKAGE_ROOT, path), "utf8")
        .split("\n")
        .flatMap((line, index) => (BARE.test(line.replace(/`lacuna`/g, "")) ? [`${path}:${index + 1}: ${line}`] : [])),
    );
    expect(bare).toEqual([]);
  });

  it("are told from other words", () => {
    expect(["run lacuna study", "`lacuna score`", 'of "lacuna ${'].every((text) => BARE.test(text))).toBe(true);
    expect(["npx lacuna study", "lacuna-score", "import lacuna", "src/lacuna score"].some((t) => BARE.test(t))).toBe(
      false,
    );
  });
});
