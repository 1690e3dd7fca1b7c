/** @file Which texts were in what a model was trained on, by word n-grams (13 words, as is usual since GPT-3). */
import { NgramIndex } from "./ngrams.js";
import type { TrainingDocument } from "./text.js";

export interface Overlap {
  /** N-grams of the text, and how many of them are in the training text. */
  ngrams: number;
  found: number;
  /** Documents with at least one, and the first of them. */
  documents: number;
  example: string | null;
}

export interface CheckResult {
  /** Per text, in order. */
  overlaps: Overlap[];
  documents: number;
}

/** @param onRead - called after each document with how many there were */
export async function checkOverlap(
  texts: readonly string[],
  training: AsyncIterable<TrainingDocument>,
  n: number,
  onRead: (documents: number) => void = () => {},
): Promise<CheckResult> {
  const index = new NgramIndex(texts, n);
  const found = texts.map(() => new Set<number>());
  const overlaps = texts.map(
    (_, text): Overlap => ({ ngrams: index.count(text, n), found: 0, documents: 0, example: null }),
  );
  let documents = 0;
  for await (const { id, text: document } of training) {
    const inThis = new Set<number>();
    index.scan(document, ({ text, start }) => {
      found[text].add(start);
      inThis.add(text);
    });
    for (const text of inThis) {
      overlaps[text].documents++;
      overlaps[text].example ??= id;
    }
    onRead(++documents);
  }
  for (const [text, overlap] of overlaps.entries()) overlap.found = found[text].size;
  return { overlaps, documents };
}
