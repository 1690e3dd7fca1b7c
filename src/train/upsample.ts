/**
 * @file A mix of sources by token share: documents of some sources are repeated until they have their share (paper 5.2, B.1:
 * half of the tokens from a source rich in the domain, half from general text).
 *
 * Nothing is left out: the side that is short of its share is repeated, whole passes first, then a seeded part of one.
 * Windows are drawn from the mix as from any stream, so the share holds in every epoch.
 */
import { grouped, UserError } from "../base/errors.js";
import { random } from "../base/random.js";

/** What the mix is to be. */
export interface Mix {
  /** Sources that together get `share` of the tokens. */
  sources: readonly string[];
  /** In (0, 1). */
  share: number;
  seed: number;
}

/**
 * The documents of a mix in training order, some of them several times.
 *
 * @param documents - indices of the documents there are
 * @param sources - per document of the shard, its source
 * @param offsets - first token of each document of the shard and the end of the last
 * @throws UserError when a source has no document, or all documents are of the sources
 */
export function mixDocuments(
  documents: Uint32Array,
  sources: readonly string[],
  offsets: ArrayLike<number>,
  { sources: wanted, share, seed }: Mix,
): Uint32Array {
  for (const name of wanted) {
    if (documents.some((index) => sources[index] === name)) continue;
    const names = [...new Set(sources)].sort().join(", ");
    throw new UserError(`--upsample ${name}: no document to train on is of this source. Sources are ${names}.`);
  }
  const isWanted = (index: number) => wanted.includes(sources[index]);
  const sides = [documents.filter(isWanted), documents.filter((index) => !isWanted(index))];
  const tokensOf = (index: number) => offsets[index + 1] - offsets[index];
  const [has, others] = sides.map((side) => side.reduce((sum, index) => sum + tokensOf(index), 0));
  if (others === 0) {
    throw new UserError(
      `--upsample ${wanted.join(" ")}: all ${grouped(documents.length)} documents are of these sources. Name fewer.`,
    );
  }
  const needed = [(others * share) / (1 - share), (has * (1 - share)) / share];
  const short = needed[0] > has ? 0 : 1;
  const order = random(seed, "upsample").permutation(sides[short].length);
  const added: number[] = [];
  for (let k = 0, tokens = short === 0 ? has : others; tokens < needed[short]; k++) {
    added.push(sides[short][order[k % order.length]]);
    tokens += tokensOf(added[k]);
  }
  return Uint32Array.from([...documents, ...added]);
}
