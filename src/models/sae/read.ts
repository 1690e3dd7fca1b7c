/** @file Which format a sparse autoencoder's files are in, and reading it. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../base/errors.js";
import { readGemmaScope, readGemmaScope2 } from "./gemma-scope.js";
import { readLacunaSae } from "./lacuna.js";
import { readSaeLens } from "./saelens.js";
import type { SaeDefinition } from "./types.js";

/** The file that gives a format away, and its reader; `directory` holds it. */
const FORMATS: readonly (readonly [
  file: string,
  read: (directory: string) => SaeDefinition | Promise<SaeDefinition>,
])[] = [
  ["cfg.json", readSaeLens],
  ["sae.json", readLacunaSae],
  ["params.safetensors", readGemmaScope2],
  ["params.npz", (directory) => readGemmaScope(join(directory, "params.npz"))],
];

/**
 * Reads a sparse autoencoder.
 *
 * @param path - a folder, or one of the files that are in it
 * @throws UserError when it is of no known format, or its files do not fit each other
 */
export async function readSae(path: string): Promise<SaeDefinition> {
  if (path.endsWith(".npz")) return readGemmaScope(path);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile();
  const directory = isFile ? dirname(path) : path;
  const format = FORMATS.find(([file]) => existsSync(join(directory, file)));
  if (format) return format[1](directory);
  throw new UserError(
    `${path} holds no sparse autoencoder: none of ${FORMATS.map(([file]) => basename(file)).join(", ")} is there.`,
  );
}
