/** @file The distinct words of training text, numbered as they are met, with how often each occurs. */

export interface Vocabulary {
  /** Lower-cased, by number. */
  words: string[];
  /** Occurrences, by number. */
  counts: number[];
  /** Counts one occurrence. @param word - as it stands in the text @returns its number */
  add(word: string): number;
}

export function createVocabulary(): Vocabulary {
  const words: string[] = [];
  const counts: number[] = [];
  const byWord = new Map<string, number>();
  // Most words stand in a text in one or two ways: lower-casing each is spared.
  const byText = new Map<string, number>();
  return {
    words,
    counts,
    add(text) {
      let number = byText.get(text);
      if (number === undefined) {
        const word = text.toLowerCase();
        number = byWord.get(word);
        if (number === undefined) {
          byWord.set(word, (number = words.length));
          words.push(word);
          counts.push(0);
        }
        byText.set(text, number);
      }
      counts[number]++;
      return number;
    },
  };
}

/** The numbers of the words that get a row of their own: the most frequent of those that occur often enough; ties by word. */
export function dictionaryOf(
  { words, counts }: Vocabulary,
  { minCount, maxWords }: { minCount: number; maxWords: number },
): Uint32Array {
  const often = Uint32Array.from(words.keys()).filter((number) => counts[number] >= minCount);
  often.sort((a, b) => counts[b] - counts[a] || (words[a] < words[b] ? -1 : 1));
  return often.slice(0, maxWords);
}
