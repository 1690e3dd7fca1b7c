/** @file This package's own name and version, and where its shipped files are. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Root folder of the installed package: two levels above both src/base and dist/base. */
export const PACKAGE_ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const PACKAGE = JSON.parse(readFileSync(`${PACKAGE_ROOT}package.json`, "utf8")) as {
  name: string;
  version: string;
};
