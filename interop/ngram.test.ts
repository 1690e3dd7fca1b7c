/** @file The classifier of words against scikit-learn on the same sentences, and its buckets against fastText's. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auroc, rankCurve } from "../src/classify/index.js";
import { fitWeights, type ReadSentences, sentenceLogits } from "../src/classify/ngram/choose.js";
import { firesIn } from "../src/classify/ngram/lexicon.js";
import { openModel } from "../src/classify/ngram/model.js";
import { hashBytes, piecesOf } from "../src/classify/ngram/pieces.js";
import { rowsOfWords } from "../src/classify/ngram/rows.js";
import { createVocabulary } from "../src/classify/ngram/vocabulary.js";
import { emptySpans, findWords } from "../src/classify/ngram/words.js";
import { embeddedDocuments } from "../src/corpus/wordnet/pages.js";
import { compileLexicon, readDomain, sentencesOf } from "../src/label/index.js";
import { PYTHON, python } from "./python.js";

interface Oracle {
  scikitLearn: { logits: number[]; auroc: number } | null;
  /** Buckets of each word's pieces. */
  plain: number[][];
  fastText: number[][] | null;
  hashes: Record<string, number>;
}

type Labelled = [text: string, label: number][];

const STRENGTH = 1;
const SETTINGS = { buckets: 2 ** 19, minCount: 2, maxWords: 200_000 };
const WORDS = [
  "heart",
  "a",
  "of",
  "élan",
  "naïveté",
  "straße",
  "сердце",
  "心臓病",
  "🙂",
  "don",
  "electroencephalography",
];
/** No power of two, so that every bit of a hash counts. */
const BUCKETS = 1_000_003;
const folder = mkdtempSync(join(tmpdir(), "lacuna-interop-"));
const { lexicon } = readDomain("domains/medicine.json");
let oracle: Oracle;
let held: Labelled;
let ours: Float64Array;

/** Sentences of the embedded pages, forget where the lexicon fires; half of the pages train, an eighth is held out. */
function labelledSentences(): { train: Labelled; held: Labelled } {
  const termsIn = compileLexicon(lexicon);
  const shares = { medicalShare: 0.11, biologyShare: 0.2, validationShare: 0, testShare: 0 };
  const of = (wanted: (index: number) => boolean): Labelled =>
    embeddedDocuments({ ...shares, mixing: "web", seed: 1 })
      .filter((_, index) => wanted(index))
      .flatMap(({ text }) => sentencesOf(text).map(({ start, end }) => text.slice(start, end)))
      .filter((text) => /\p{L}/u.test(text))
      .map((text) => [text, termsIn(text).length > 0 ? 1 : 0]);
  return { train: of((index) => index % 4 === 0 || index % 4 === 2), held: of((index) => index % 8 === 1) };
}

function read(labelled: Labelled): ReadSentences {
  const vocabulary = createVocabulary();
  const spans = emptySpans();
  const [words, offsets]: number[][] = [[], [0]];
  for (const [text] of labelled) {
    findWords(text, spans);
    for (let k = 0; k < spans.count; k++) words.push(vocabulary.add(text.slice(spans.starts[k], spans.ends[k])));
    offsets.push(words.length);
  }
  const labels = Uint8Array.from(labelled, ([, label]) => label);
  const documents = new Uint32Array(labels.length);
  return {
    sentences: { words: Uint32Array.from(words), offsets: Uint32Array.from(offsets), labels, documents },
    vocabulary,
  };
}

beforeAll(() => {
  if (!PYTHON) return;
  const labelled = labelledSentences();
  held = labelled.held;
  const [train, judged] = [read(labelled.train), read(held)];
  const rows = rowsOfWords(train.vocabulary, train.sentences, SETTINGS);
  const { weights } = fitWeights({ ...train, rows, buckets: SETTINGS.buckets }, lexicon, STRENGTH);
  ours = sentenceLogits(judged, openModel(weights, lexicon, true));
  const blank = [train, judged].flatMap(({ vocabulary }) => {
    const fires = firesIn(vocabulary, lexicon);
    return vocabulary.words.filter((_, number) => fires[number] === 1);
  });
  writeFileSync(join(folder, "sentences.json"), JSON.stringify({ ...labelled, blank, strength: STRENGTH }));
  writeFileSync(join(folder, "words.json"), JSON.stringify({ words: WORDS, buckets: BUCKETS }));
  python("ngram.py", folder);
  oracle = JSON.parse(readFileSync(join(folder, "oracle.json"), "utf8")) as Oracle;
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!PYTHON)("the classifier of words against scikit-learn", () => {
  it("ranks held-out sentences of the embedded corpus as well, to 0.005 of AUROC, and alike", (context) => {
    if (!oracle.scikitLearn) return context.skip("scikit-learn is not installed");
    const labels = Uint8Array.from(held, ([, label]) => label);
    const { logits, auroc: theirs } = oracle.scikitLearn;
    const found = auroc(rankCurve(ours, labels));
    const r = correlation(ours, logits);
    const forget = labels.reduce((sum, label) => sum + label, 0);
    console.log(
      `${held.length} held-out sentences, ${forget} forget: AUROC ${found.toFixed(4)}, scikit-learn ${theirs.toFixed(4)}; logits correlate ${r.toFixed(4)}`,
    );
    expect(auroc(rankCurve(logits, labels))).toBeCloseTo(theirs, 9);
    expect(Math.abs(found - theirs)).toBeLessThan(0.005);
    expect(found).toBeGreaterThan(0.8);
    expect(r).toBeGreaterThan(0.99);
  });
});

describe.skipIf(!PYTHON)("buckets of pieces", () => {
  it("are fastText's by its definition, for words of any script", () => {
    expect(WORDS.map((word) => piecesOf(word, BUCKETS))).toEqual(oracle.plain);
    const encoder = new TextEncoder();
    const known = { "": 0x811c9dc5, a: 0xe40c292c, foobar: 0xbf9cf968 };
    expect(oracle.hashes).toEqual(known);
    for (const [text, hash] of Object.entries(known))
      expect(hashBytes(encoder.encode(text), 0, encoder.encode(text).length)).toBe(hash);
  });

  it("are those of fastText itself", (context) => {
    if (!oracle.fastText) return context.skip("fasttext is not installed");
    expect(WORDS.map((word) => piecesOf(word, BUCKETS))).toEqual(oracle.fastText);
  });
});

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
