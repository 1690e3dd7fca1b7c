/**
 * @file From a text to a logit per token.
 *
 * A token has the logit of its sentence (the mean over the rows of the sentence's words, plus the bias), mixed with the same
 * mean over a window of words around it, so that a sentence need not be all one thing. A sentence, or window, in which the
 * lexicon fires gains a bonus. A sentence without a word takes the logit of the one before it, the first that of the next.
 */
import { type DocumentText, sentencesOf } from "../../label/index.js";
import type { NgramModel } from "./model.js";
import { unitEnds } from "./units.js";
import { emptySpans, findWords } from "./words.js";

export interface LogitSettings {
  /** Words on either side of a token's own that make up its window. */
  window: number;
  /** Share of the window in a token's logit, in [0, 1]. */
  sharpen: number;
  /** Logits added where the lexicon fires. */
  bonus: number;
}

/**
 * What a token's logit is made of: logits of its sentence and of its window, without the bonus, and how much the lexicon fires,
 * (1 - sharpen) for its sentence plus sharpen for its window.
 */
export const COLUMNS = 3;

export interface TextLogits {
  /** Shape [tokens]; 0 for special ones. */
  tokenLogits: Float32Array;
  /** Mean over ordinary tokens; undefined when there are none. */
  meanLogit: number | undefined;
  words: number;
  /** Words that are not in the dictionary. */
  unknownWords: number;
}

/** @returns a function that reads documents; it keeps its buffers, so it is for one caller at a time */
export function logitReader(model: NgramModel, { window, sharpen, bonus }: LogitSettings) {
  const spans = emptySpans();
  let sums = new Float64Array(1);
  let rows = new Uint32Array(1);
  let fires = new Uint32Array(1);

  /** Running totals over the words of a text. @returns words that are not in the dictionary */
  const total = (text: string): number => {
    findWords(text, spans);
    const { count, starts, ends } = spans;
    if (sums.length <= count) {
      sums = new Float64Array(2 * count + 2);
      rows = new Uint32Array(2 * count + 2);
      fires = new Uint32Array(2 * count + 2);
    }
    let unknown = 0;
    for (let word = 0; word < count; word++) {
      model.find(text, starts[word], ends[word]);
      sums[word + 1] = sums[word] + model.sum;
      rows[word + 1] = rows[word] + model.rows;
      fires[word + 1] = fires[word] + model.fires;
      unknown += 1 - model.isKnown;
    }
    return unknown;
  };
  /** Logit of words [from, to) without the bonus; undefined when they have no rows. */
  const logitOf = (from: number, to: number): number | undefined => {
    const count = rows[to] - rows[from];
    if (count === 0) return undefined;
    return (sums[to] - sums[from]) / count + model.bias;
  };
  const firesAt = (from: number, to: number) => (fires[to] > fires[from] ? 1 : 0);

  /** @param columns - filled where given, shape [tokens, COLUMNS]; special tokens are left out */
  return (document: DocumentText, columns?: Float32Array): TextLogits => {
    const { text, isSpecial } = document;
    const unknownWords = total(text);
    const { count: words, starts } = spans;
    const sentences = sentencesOf(text);
    const { logits, fired } = sentenceLogits(sentences, spans, logitOf, firesAt, model.bias);
    const tokenLogits = new Float32Array(isSpecial.length);
    const ends = unitEnds(document);
    let [sentence, word, ordinary, sum] = [0, 0, 0, 0];
    let [atWord, near, nearFires] = [-1, 0, 0];
    const isWindowed = sharpen > 0 || columns !== undefined;
    for (let token = 0; token < ends.length; token++) {
      if (isSpecial[token] === 1) continue;
      // A token stands where its last unit does: the space before a word goes with the word.
      while (sentence + 1 < sentences.length && sentences[sentence].end < ends[token]) sentence++;
      while (word + 1 < words && starts[word + 1] < ends[token]) word++;
      const own = logits[sentence] ?? model.bias;
      const ownFires = fired[sentence] ?? 0;
      if (isWindowed && atWord !== word) {
        atWord = word;
        const [from, to] = [Math.max(0, word - window), Math.min(words, word + window + 1)];
        const found = logitOf(from, to);
        near = found ?? own;
        nearFires = found === undefined ? ownFires : firesAt(from, to);
      }
      const logit = own + bonus * ownFires;
      tokenLogits[token] = sharpen > 0 ? (1 - sharpen) * logit + sharpen * (near + bonus * nearFires) : logit;
      if (columns) {
        columns[COLUMNS * token] = own;
        columns[COLUMNS * token + 1] = near;
        columns[COLUMNS * token + 2] = (1 - sharpen) * ownFires + sharpen * nearFires;
      }
      sum += tokenLogits[token];
      ordinary++;
    }
    return { tokenLogits, meanLogit: ordinary === 0 ? undefined : sum / ordinary, words, unknownWords };
  };
}

/** A logit per sentence, without the bonus, and whether the lexicon fires; those without a word take a neighbour's. */
function sentenceLogits(
  sentences: readonly { end: number }[],
  { count, starts }: { count: number; starts: Uint32Array },
  logitOf: (from: number, to: number) => number | undefined,
  firesAt: (from: number, to: number) => number,
  bias: number,
): { logits: Float64Array; fired: Uint8Array } {
  const logits = new Float64Array(sentences.length).fill(Number.NaN);
  const fired = new Uint8Array(sentences.length);
  let word = 0;
  let [last, lastFires] = [Number.NaN, 0];
  for (const [index, { end }] of sentences.entries()) {
    const from = word;
    while (word < count && starts[word] < end) word++;
    const found = logitOf(from, word);
    if (found !== undefined) [last, lastFires] = [found, firesAt(from, word)];
    logits[index] = last;
    fired[index] = lastFires;
  }
  const first = logits.findIndex((logit) => !Number.isNaN(logit));
  logits.fill(logits[first] ?? bias, 0, Math.max(0, first < 0 ? logits.length : first));
  fired.fill(fired[first] ?? 0, 0, Math.max(0, first));
  return { logits, fired };
}
