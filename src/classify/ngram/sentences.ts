/**
 * @file The sentences a model is fitted and judged on: words by number, a label, the document it is of.
 *
 * A sentence is forget when at least half of its known ordinary tokens are. One without a known token, or without a word, is
 * left out. A word belongs to the sentence in which it starts, a token to the one in which it ends: so white space before a
 * word goes with the word.
 */
import { type DocumentText, documentLabel, sentencesOf, UNKNOWN_LABEL } from "../../label/index.js";
import { unitEnds } from "./units.js";
import { emptySpans, findWords } from "./words.js";

export interface Sentences {
  /** Numbers of the words, sentence after sentence. */
  words: Uint32Array;
  /** Where each sentence's words begin, and the end: [sentences + 1]. */
  offsets: Uint32Array;
  /** 1 = forget, [sentences]. */
  labels: Uint8Array;
  /** Index of each sentence's document, [sentences]. */
  documents: Uint32Array;
}

/** Share of a sentence's known tokens from which it is forget. */
const SENTENCE_SHARE = 0.5;

/** Gathers sentences document by document. @param numberOf - number of a word as it stands in the text */
export function sentenceGatherer(numberOf: (word: string) => number) {
  const [words, offsets, labels, documents]: number[][] = [[], [0], [], []];
  const spans = emptySpans();
  return {
    /** @param tokenLabels - 1 = forget, 255 = unknown, per token of the document */
    add(index: number, document: DocumentText, tokenLabels: Uint8Array): void {
      const { text, isSpecial } = document;
      const ends = unitEnds(document);
      findWords(text, spans);
      let [word, token] = [0, 0];
      for (const { end } of sentencesOf(text)) {
        const [firstWord, firstToken] = [word, token];
        while (word < spans.count && spans.starts[word] < end) word++;
        while (token < ends.length && ends[token] <= end) token++;
        const range = [firstToken, token] as const;
        const label = documentLabel(tokenLabels.subarray(...range), isSpecial.subarray(...range), SENTENCE_SHARE);
        for (let k = firstWord; k < word; k++) {
          const number = numberOf(text.slice(spans.starts[k], spans.ends[k]));
          if (label !== UNKNOWN_LABEL) words.push(number);
        }
        if (label === UNKNOWN_LABEL || word === firstWord) continue;
        offsets.push(words.length);
        labels.push(label);
        documents.push(index);
      }
    },
    sentences: (): Sentences => ({
      words: Uint32Array.from(words),
      offsets: Uint32Array.from(offsets),
      labels: Uint8Array.from(labels),
      documents: Uint32Array.from(documents),
    }),
  };
}
