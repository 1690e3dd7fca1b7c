/** @file A set of policies over a synthetic scored job: tokens are bytes, upper-case letters are forget. For tests. */

import { BYTE_CHARACTERS } from "../../../tokens/byte-alphabet.js";
import { createTokenizer, placeSpecials, type Tokenizer } from "../../../tokens/index.js";
import { writeByteLevelJson } from "../../../tokens/tokenizer-json.js";
import { openScored } from "../../job/open-scored.js";
import type { PolicySet, TopUp } from "../../policies/index.js";
import { type SyntheticDocument, shoutingScores, writeScoredJob } from "../../policies/testing/scored-job.js";
import { Policy } from "../../policy.js";

/** A document whose upper-case letters score 200, the rest 20. */
export function shouting(id: string, text: string): SyntheticDocument {
  return { id, text, scores: shoutingScores(text) };
}

export const NO_TOP_UP: TopUp = { method: "none", rate: 0, seed: 0 };

/** One policy at threshold 0.5 over made-up shards. */
export async function syntheticSet(
  folder: string,
  shards: readonly (readonly SyntheticDocument[])[],
  given: Partial<Policy> & Pick<Policy, "method">,
  { topUp = NO_TOP_UP, exempt = [] as string[] } = {},
): Promise<PolicySet> {
  const scored = await openScored(await writeScoredJob(folder, shards));
  const policy = Policy.parse({ domain: "shouting", threshold: 0.5, ...given });
  return {
    policies: [{ policy, scored, exempt: new Set(exempt) }],
    topUp,
    fingerprint: JSON.stringify([policy, exempt, topUp]),
  };
}

/** Documents with emoji, CJK, a combining mark, a fully forget one and one with nothing forget. */
export const DOCUMENTS: SyntheticDocument[] = [
  shouting("plain", "the RENAL artery, the AORTA"),
  shouting("wide", "日本語 KIDNEY 🫀 e\u0301 HEART 👩‍👩‍👧 end"),
  shouting("quiet", "nothing to see here 字"),
  shouting("loud", "ALL"),
];

/**
 * A synthetic tokenizer with words of its own: some cross from retain into forget text, and some tokens end inside a
 * character.
 */
export function wordTokenizer(): Tokenizer {
  const words = [" KID", "NEY", "the", " REN", "AL", "ing ", "字", " 🫀", " 👩"];
  const characters = BYTE_CHARACTERS;
  const vocabulary: Record<string, number> = Object.fromEntries(characters.map((character, byte) => [character, byte]));
  const merges: [string, string][] = [];
  for (const word of words) {
    // All bytes but the last of a word beyond ASCII: the token then ends inside its last character.
    const bytes = [...Buffer.from(word)];
    const kept = bytes.at(-1)! >= 0x80 ? bytes.slice(0, -1) : bytes;
    let left = characters[kept[0]];
    for (const byte of kept.slice(1)) {
      const merged = left + characters[byte];
      if (!(merged in vocabulary)) {
        vocabulary[merged] = Object.keys(vocabulary).length;
        merges.push([left, characters[byte]]);
      }
      left = merged;
    }
  }
  return createTokenizer(
    writeByteLevelJson(vocabulary, merges),
    placeSpecials("words", Object.keys(vocabulary).length),
  );
}
