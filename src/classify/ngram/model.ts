/**
 * @file A fitted n-gram model: weights of dictionary words and of buckets of pieces, a bias, and the lexicon that adds a bonus.
 *
 * The model is linear, so all it needs of a word is the sum of its rows' weights and how many they are. A word as it
 * stands in a text is worked out once and then remembered, some 200,000 of them at most.
 */
import { compileLexicon } from "../../label/index.js";
import { WordCache } from "../../tokens/index.js";
import { piecesOf } from "./pieces.js";

export interface NgramWeights {
  /** The dictionary, lower-cased, by row. */
  words: readonly string[];
  /** [words] and [buckets]. */
  wordWeights: Float32Array;
  pieceWeights: Float32Array;
  bias: number;
}

/** A model that words are looked up in. What a look-up found stays until the next. */
export interface NgramModel {
  bias: number;
  /** Sum of the word's weights, and how many they are. */
  sum: number;
  rows: number;
  /** Whether it is in the dictionary; whether the lexicon fires. 0 or 1. */
  isKnown: number;
  fires: number;
  /** Looks up the word [at, end) of a text. */
  find(text: string, at: number, end: number): void;
}

/** @param lexicon - terms that fire @param blank - whether words in which they do have no rows */
export function openModel(
  { words, wordWeights, pieceWeights, bias }: NgramWeights,
  lexicon: readonly string[] = [],
  blank = false,
): NgramModel {
  const rowOf = new Map(words.map((word, row) => [word, row]));
  const termsIn = compileLexicon(lexicon);
  const cache = new WordCache();
  // A double and how a word counts, as the whole numbers that the cache keeps.
  const packed = new Uint32Array(3);
  const double = new Float64Array(packed.buffer, 0, 1);
  const workOut = (word: string) => {
    const own = rowOf.get(word);
    const fires = lexicon.length > 0 && termsIn(word).length > 0;
    const isBlank = blank && fires;
    const pieces = isBlank ? [] : piecesOf(word, pieceWeights.length);
    const ownWeight = own === undefined || isBlank ? 0 : wordWeights[own];
    double[0] = pieces.reduce((sum, bucket) => sum + pieceWeights[bucket], ownWeight);
    const rows = pieces.length + (own === undefined || isBlank ? 0 : 1);
    packed[2] = 4 * rows + 2 * Number(own !== undefined) + Number(fires);
  };
  const model: NgramModel = {
    ...{ bias, sum: 0, rows: 0, isKnown: 0, fires: 0 },
    find(text, at, end) {
      if (cache.find(text, at, end) < 0) {
        workOut(text.slice(at, end).toLowerCase());
        cache.add(text, at, end, packed.slice());
      } else {
        const { pool, start } = cache;
        packed[0] = pool[start];
        packed[1] = pool[start + 1];
        packed[2] = pool[start + 2];
      }
      model.sum = double[0];
      model.rows = packed[2] >>> 2;
      model.isKnown = (packed[2] >>> 1) & 1;
      model.fires = packed[2] & 1;
    },
  };
  return model;
}
