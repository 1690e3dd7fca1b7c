import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { fitLogistic } from "../logistic.js";
import { fitSentences } from "./fit.js";
import { rowsOfWords } from "./rows.js";
import type { Sentences } from "./sentences.js";
import { createVocabulary } from "./vocabulary.js";

/** Synthetic sentences of words of two kinds, with noise in the labels. */
function syntheticSentences(seed: number) {
  const draw = random(seed, "synthetic sentences");
  const vocabulary = createVocabulary();
  const [words, offsets, labels]: number[][] = [[], [0], []];
  for (let sentence = 0; sentence < 120; sentence++) {
    const isForget = draw.uniform() < 0.3;
    for (let length = 2 + draw.integer(6); length > 0; length--)
      words.push(
        vocabulary.add((isForget && draw.uniform() < 0.5 ? ["ab", "cde"] : ["fg", "Hi", "jk"])[draw.integer(2)]),
      );
    offsets.push(words.length);
    labels.push(isForget !== draw.uniform() < 0.1 ? 1 : 0);
  }
  const sentences: Sentences = {
    words: Uint32Array.from(words),
    offsets: Uint32Array.from(offsets),
    labels: Uint8Array.from(labels),
    documents: new Uint32Array(labels.length),
  };
  return { sentences, vocabulary };
}

describe("fitting words", () => {
  const { sentences, vocabulary } = syntheticSentences(1);
  const rows = rowsOfWords(vocabulary, sentences, { buckets: 1000, minCount: 2, maxWords: 100 });
  const width = rows.scale.length;
  /** The rows' average per sentence, scaled, [sentences, width]. */
  const dense = (isBlank: Uint8Array) => {
    const features = new Float32Array(sentences.labels.length * width);
    for (const sentence of sentences.labels.keys()) {
      const words = [...sentences.words.subarray(sentences.offsets[sentence], sentences.offsets[sentence + 1])];
      const columns = words
        .filter((word) => isBlank[word] === 0)
        .flatMap((word) => [...rows.columns.subarray(rows.offsets[word], rows.offsets[word + 1])]);
      for (const column of columns) features[sentence * width + column] += rows.scale[column] / columns.length;
    }
    return features;
  };

  it("finds the minimum of logistic regression on each sentence's average row", () => {
    const isBlank = new Uint8Array(vocabulary.words.length);
    const { unknowns } = fitSentences(sentences, rows, { strength: 1, isBlank });
    const oracle = fitLogistic({ features: dense(isBlank), width, labels: sentences.labels }, { strength: 1 });
    for (let column = 0; column < width; column++) expect(unknowns[column]).toBeCloseTo(oracle.weights[column], 2);
    expect(unknowns[width]).toBeCloseTo(oracle.bias, 2);
  });

  it("leaves blank words out of the average, and their own rows at zero", () => {
    const blank = vocabulary.words.indexOf("ab");
    const isBlank = Uint8Array.from(vocabulary.words, (_, word) => (word === blank ? 1 : 0));
    const { unknowns } = fitSentences(sentences, rows, { strength: 1, isBlank });
    expect(unknowns[rows.columns[rows.offsets[blank]]]).toBe(0);
    const keeps = Uint8Array.from(sentences.labels, (_, k) =>
      [...sentences.words.subarray(sentences.offsets[k], sentences.offsets[k + 1])].some((word) => word !== blank)
        ? 1
        : 0,
    );
    const all = dense(isBlank);
    const kept = [...keeps.keys()].filter((row) => keeps[row] === 1);
    const features = Float32Array.from(kept.flatMap((row) => [...all.subarray(row * width, (row + 1) * width)]));
    const labels = Uint8Array.from(kept, (row) => sentences.labels[row]);
    const oracle = fitLogistic({ features, width, labels }, { strength: 1 });
    for (let column = 0; column < width; column++) expect(unknowns[column]).toBeCloseTo(oracle.weights[column], 2);
  });

  it("scales rows so that a sentence's squared length is one on average", () => {
    const features = dense(new Uint8Array(vocabulary.words.length));
    const squares = features.reduce((sum, value) => sum + value * value, 0) / sentences.labels.length;
    // Rows that occur twice in a sentence make it longer than the estimate.
    expect(squares).toBeGreaterThan(0.8);
    expect(squares).toBeLessThan(3);
  });
});
