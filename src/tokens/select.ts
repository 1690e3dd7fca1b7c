/**
 * @file Documents of a token shard by name: of a source, or of a truth domain.
 *
 * A document is of a domain when most of its tokens whose domain is known are. Attacks and unlearning choose their text
 * this way, so it is never chosen by what is under test (labels, scores).
 */
import { UserError } from "../base/errors.js";
import type { Split } from "../corpus/index.js";
import { readTokens, readTruth, type TokenShard, type TokenTruth } from "./shards.js";
import { NO_DOMAIN } from "./truth.js";

/** The documents of a split for which `names` holds their source or domain. @throws UserError when there is none */
export function selectDocuments(directory: string, split: Split, names: readonly string[]): TokenShard {
  const shard = readTokens(directory, split);
  const of = documentNames(shard, readTruth(directory, split));
  const chosen = of.flatMap((own, document) => (own.some((name) => names.includes(name)) ? [document] : []));
  if (chosen.length === 0) {
    const known = [...new Set(of.flat())].sort();
    throw new UserError(
      `The ${split} split of ${directory} has no document of ${names.join(" or ")}. Its sources and domains: ${known.join(", ")}.`,
    );
  }
  return pickDocuments(shard, chosen);
}

/** A shard of some of a shard's documents, in the order given. */
export function pickDocuments(shard: TokenShard, documents: readonly number[]): TokenShard {
  const { tokens, docOffsets } = shard;
  const offsets = new Float64Array(documents.length + 1);
  documents.forEach((document, index) => {
    offsets[index + 1] = offsets[index] + docOffsets[document + 1] - docOffsets[document];
  });
  const picked = new Uint32Array(offsets[documents.length]);
  documents.forEach((document, index) => {
    picked.set(tokens.subarray(docOffsets[document], docOffsets[document + 1]), offsets[index]);
  });
  return {
    tokens: picked,
    docOffsets: offsets,
    documents: documents.map((document) => shard.documents[document]),
    fingerprint: shard.fingerprint,
  };
}

/** Source and, where the truth has one for most of its known tokens, domain of each document. */
function documentNames({ docOffsets, documents }: TokenShard, truth: TokenTruth | undefined): string[][] {
  return documents.map(({ source }, document) => {
    if (!truth) return [source];
    const counts = new Float64Array(truth.domains.length);
    let known = 0;
    for (const label of truth.labels.subarray(docOffsets[document], docOffsets[document + 1])) {
      if (label === NO_DOMAIN) continue;
      counts[label]++;
      known++;
    }
    return [source, ...truth.domains.filter((_, domain) => counts[domain] > known / 2)];
  });
}
