/** @file All files of a folder, by name, to compare two results byte for byte. For tests. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export function readDirectory(folder: string): Record<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))]));
}
