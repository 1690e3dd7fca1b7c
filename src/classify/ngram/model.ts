/**
 * @file A fitted n-gram model: weights of dictionary words and of buckets of pieces, a bias, and the lexicon that adds a bonus.
 *
 * The model is linear, so all it needs of a word is the sum of its rows' weights and how many they are. Both are looked up by
 * the word as it stands in the text; a new word is worked out once and remembered, up to a bound.
 */
import { compileLexicon } from "../../label/index.js";
import { piecesOf } from "./pieces.js";

export interface NgramWeights {
  /** The dictionary, lower-cased, by row. */
  words: readonly string[];
  /** [words] and [buckets]. */
  wordWeights: Float32Array;
  pieceWeights: Float32Array;
  bias: number;
}

/** What is remembered of words, by the place `find` returns. */
export interface NgramModel {
  bias: number;
  /** Sum of the word's weights, and how many they are. */
  sums: Float64Array;
  rows: Uint32Array;
  /** Whether it is in the dictionary; whether the lexicon fires. */
  isKnown: Uint8Array;
  fires: Uint8Array;
  /** Place of a word as it stands in a text. Places hold until `begin` is called. */
  find(word: string): number;
  /** Makes room for so many words; may forget all that were found before. */
  begin(words: number): void;
}

/** Words remembered at most, beside those of the text at hand: about 30 MB. */
const REMEMBERED = 2 ** 18;

/** @param blank - whether words in which the lexicon fires have no rows */
export function openModel(
  { words, wordWeights, pieceWeights, bias }: NgramWeights,
  lexicon: readonly string[] = [],
  blank = false,
): NgramModel {
  const rowOf = new Map(words.map((word, row) => [word, row]));
  const termsIn = compileLexicon(lexicon);
  const places = new Map<string, number>();
  const model: NgramModel = {
    bias,
    sums: new Float64Array(0),
    rows: new Uint32Array(0),
    isKnown: new Uint8Array(0),
    fires: new Uint8Array(0),
    begin(more) {
      if (places.size + more > REMEMBERED) places.clear();
      const needed = places.size + more;
      if (needed <= model.sums.length) return;
      const capacity = Math.max(needed, 2 * model.sums.length, 2 ** 12);
      model.sums = grown(model.sums, new Float64Array(capacity));
      model.rows = grown(model.rows, new Uint32Array(capacity));
      model.isKnown = grown(model.isKnown, new Uint8Array(capacity));
      model.fires = grown(model.fires, new Uint8Array(capacity));
    },
    find(text) {
      const found = places.get(text);
      if (found !== undefined) return found;
      const place = places.size;
      places.set(text, place);
      const word = text.toLowerCase();
      const own = rowOf.get(word);
      const fires = lexicon.length > 0 && termsIn(word).length > 0;
      const pieces = blank && fires ? [] : piecesOf(word, pieceWeights.length);
      const hasOwn = own !== undefined && !(blank && fires);
      model.sums[place] = pieces.reduce((sum, bucket) => sum + pieceWeights[bucket], hasOwn ? wordWeights[own] : 0);
      model.rows[place] = pieces.length + (hasOwn ? 1 : 0);
      model.isKnown[place] = own === undefined ? 0 : 1;
      model.fires[place] = fires ? 1 : 0;
      return place;
    },
  };
  return model;
}

function grown<Values extends Float64Array | Uint32Array | Uint8Array>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}
