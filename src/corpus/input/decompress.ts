/** @file Stored bytes to the bytes they stand for. */
import { gzipStretches } from "./gzip.js";
import type { Kind } from "./kinds.js";
import { type Stretches, whole } from "./stretches.js";
import { zstdStretches } from "./zstd.js";

/** What of a stored file decompresses, and the damage between. */
export function stretchesIn(stored: AsyncIterable<Uint8Array>, compression: Kind["compression"]): Stretches {
  if (compression === "gzip") return gzipStretches(stored);
  return compression === "zstd" ? zstdStretches(stored) : plain(stored);
}

/** The bytes of a file that must be sound. @throws Damage where what is stored is damaged */
export function decompress(stored: AsyncIterable<Uint8Array>, compression: Kind["compression"]) {
  return whole(stretchesIn(stored, compression));
}

async function* plain(bytes: AsyncIterable<Uint8Array>): Stretches {
  yield { start: 0, bytes };
}
