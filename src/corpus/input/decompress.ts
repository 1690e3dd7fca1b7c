/** @file Stored bytes to the bytes they stand for. */
import { gunzip } from "./gzip.js";
import type { Kind } from "./kinds.js";
import { unzstd } from "./zstd.js";

/** @throws Damage (from the stream) where what is stored is damaged */
export function decompress(stored: AsyncIterable<Uint8Array>, compression: Kind["compression"]) {
  if (compression === "gzip") return gunzip(stored);
  return compression === "zstd" ? unzstd(stored) : stored;
}
