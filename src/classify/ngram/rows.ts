/**
 * @file The rows of words: a row of its own for a word of the dictionary, and one for each piece.
 *
 * Rows are numbered as in the model: dictionary first, then buckets. While fitting only the rows that occur count, so they are
 * renumbered without gaps; all others stay at zero, which is where the penalty would put them.
 */
import { piecesOf } from "./pieces.js";
import type { Sentences } from "./sentences.js";
import { dictionaryOf, type Vocabulary } from "./vocabulary.js";

export interface RowSettings {
  /** Rows for pieces. */
  buckets: number;
  /** Occurrences from which a word has a row of its own. */
  minCount: number;
  /** Words with a row of their own, at most. */
  maxWords: number;
}

export interface WordRows {
  /** Numbers in the vocabulary of the words with a row of their own, in the order of their rows. */
  dictionary: Uint32Array;
  /** Columns of each word, word after word, and where each word's begin: [words + 1]. */
  columns: Uint32Array;
  offsets: Uint32Array;
  /** Row of the model that each column is. */
  rowOfColumn: Uint32Array;
  /** What a column is multiplied by, so that rare rows count for more (tf-idf); folded into the weights afterwards. */
  scale: Float64Array;
}

/** The rows of all words of a vocabulary, scaled by how rare they are among sentences. */
export function rowsOfWords(vocabulary: Vocabulary, sentences: Sentences, settings: RowSettings): WordRows {
  const dictionary = dictionaryOf(vocabulary, settings);
  const own = new Int32Array(vocabulary.words.length).fill(-1);
  for (const [row, number] of dictionary.entries()) own[number] = row;
  const columnOf = new Int32Array(dictionary.length + settings.buckets).fill(-1);
  const [columns, rowOfColumn, offsets]: number[][] = [[], [], [0]];
  for (const [number, word] of vocabulary.words.entries()) {
    const pieces = piecesOf(word, settings.buckets).map((bucket) => dictionary.length + bucket);
    for (const row of own[number] < 0 ? pieces : [own[number], ...pieces]) {
      if (columnOf[row] < 0) columnOf[row] = rowOfColumn.push(row) - 1;
      columns.push(columnOf[row]);
    }
    offsets.push(columns.length);
  }
  const rows = {
    dictionary,
    columns: Uint32Array.from(columns),
    offsets: Uint32Array.from(offsets),
    rowOfColumn: Uint32Array.from(rowOfColumn),
  };
  return { ...rows, scale: scaleOf(rows, sentences) };
}

/**
 * ln((1 + sentences) / (1 + sentences with the row)) + 1, times what makes a sentence's squared length one on average, so that
 * penalties mean the same on every corpus. A row's sentences are summed over its words: a sentence with two of them counts twice.
 */
function scaleOf(rows: Omit<WordRows, "scale">, { words, offsets }: Sentences): Float64Array {
  const count = offsets.length - 1;
  const lastSeen = new Int32Array(rows.offsets.length - 1).fill(-1);
  const sentencesWith = new Float64Array(rows.rowOfColumn.length);
  for (let sentence = 0; sentence < count; sentence++) {
    for (let k = offsets[sentence]; k < offsets[sentence + 1]; k++) {
      const word = words[k];
      if (lastSeen[word] === sentence) continue;
      lastSeen[word] = sentence;
      for (let c = rows.offsets[word]; c < rows.offsets[word + 1]; c++) sentencesWith[rows.columns[c]]++;
    }
  }
  const scale = sentencesWith.map((seen) => Math.log((1 + count) / (1 + Math.min(seen, count))) + 1);
  let squares = 0;
  for (let sentence = 0; sentence < count; sentence++) {
    let [square, length] = [0, 0];
    for (let k = offsets[sentence]; k < offsets[sentence + 1]; k++) {
      const [from, to] = [rows.offsets[words[k]], rows.offsets[words[k] + 1]];
      for (let c = from; c < to; c++) square += scale[rows.columns[c]] ** 2;
      length += to - from;
    }
    squares += square / length ** 2;
  }
  const normal = Math.sqrt(count / squares);
  return scale.map((value) => value * normal);
}
