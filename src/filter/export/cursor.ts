/** @file Documents of a scored shard one by one, in order, read block by block. */
import type { ScoredCorpus } from "../job/scored.js";

export interface ScoredDocument {
  row: number;
  id: string;
  crc32: number;
  /** 0..255, shape [tokens], end-of-text included. */
  tokenScores: Uint8Array;
  /** 0..255. */
  documentScore: number;
}

/** Yields every scored document of a shard. Memory is one block. */
export async function* scoredDocuments(scored: ScoredCorpus, shard: number): AsyncGenerator<ScoredDocument> {
  for await (const block of scored.blocks(shard)) {
    for (let at = 0; at < block.ids.length; at++) {
      yield {
        row: block.rows[at],
        id: block.ids[at],
        crc32: block.crc32[at],
        tokenScores: block.tokenScores.subarray(block.docOffsets[at], block.docOffsets[at + 1]),
        documentScore: block.documentScores[at],
      };
    }
  }
}
