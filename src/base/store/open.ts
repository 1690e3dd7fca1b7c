/** @file A Store from what the user writes: a folder, or s3://bucket/prefix. */
import { UserError } from "../errors.js";
import { localStore } from "./local.js";
import { s3Store } from "./s3.js";
import type { Store } from "./store.js";

/** @throws UserError when it has a scheme that cannot be written to */
export function openStore(uri: string): Store {
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(uri) ?? [];
  if (scheme === undefined) return localStore(uri);
  if (scheme.toLowerCase() === "s3") return s3Store(uri);
  throw new UserError(`Cannot keep results at ${uri}: give a folder or s3://bucket/prefix.`);
}
