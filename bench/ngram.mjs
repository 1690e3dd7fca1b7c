/**
 * @file How fast words are scored, and what the window around a token is worth, on the validation split alone.
 *
 *     node bench/ngram.mjs CLASSIFIER TOKENS LABELS
 *
 * Seconds are processor time of this process. The truth of validation documents grades; that of test is not opened.
 */
import { cpus } from "node:os";
import {
  auroc,
  averagePrecision,
  bestF1,
  rankCurve,
  readLabelled,
  readLabelledTruth,
  truthRuleOf,
} from "../dist/classify/index.js";
import { logitReader } from "../dist/classify/ngram/logits.js";
import { openModel } from "../dist/classify/ngram/model.js";
import { readNgram } from "../dist/classify/ngram/model-file.js";
import { emptySpans, findWords } from "../dist/classify/ngram/words.js";
import { sentencesOf, textReader } from "../dist/label/index.js";
import { documentTokens, loadTokenizer } from "../dist/tokens/index.js";

const [classifier, tokens, labels] = process.argv.slice(2);
const { file, weights } = readNgram(classifier);
const tokenizer = loadTokenizer(classifier);
const read = textReader(tokenizer);
console.log(`${cpus()[0].model}, node ${process.version}, dictionary ${weights.words.length}`);

const train = readLabelled(labels, tokens, "train").documents;
const texts = train.map(read);
const bytes = texts.reduce((sum, { ends }) => sum + ends[ends.length - 1], 0);
const model = openModel(weights, file.settings.lexicon);
const logitsOf = logitReader(model, file.settings);
const spans = emptySpans();
const ways = {
  "text to logits, sentences included": () => texts.map(logitsOf),
  "sentences alone (Intl.Segmenter)": () => texts.map(({ text }) => sentencesOf(text).length),
  "words found and looked up alone": () => {
    for (const { text } of texts) {
      findWords(text, spans);
      for (let k = 0; k < spans.count; k++) model.find(text, spans.starts[k], spans.ends[k]);
    }
  },
  "text read back from tokens": () => train.map(read),
  "tokenizing, for comparison": () => texts.map(({ text }) => documentTokens(tokenizer, text).length),
};
for (const [name, run] of Object.entries(ways)) {
  const rates = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return bytes / (user + system);
  });
  console.log(`${name.padEnd(40)} ${rates.sort((a, b) => a - b)[2].toFixed(1)} MB/s`);
}

const split = readLabelled(labels, tokens, "validation");
const truth = readLabelledTruth(tokens, split, truthRuleOf(labels));
const documents = split.documents.map(read);
console.log("\nwindow  sharpen  AUROC   average precision  best F1   (validation tokens, truth)");
for (const window of [3, 5, 10, 20]) {
  for (const sharpen of window === 3 ? [0, 0.25, 0.5] : [0.25, 0.5]) {
    const reader = logitReader(model, { ...file.settings, window, sharpen });
    const logits = documents.flatMap((document) => [...reader(document).tokenLogits]);
    const known = [...truth.keys()].filter((token) => truth[token] <= 1);
    const curve = rankCurve(
      known.map((token) => logits[token]),
      Uint8Array.from(known, (token) => truth[token]),
    );
    const figures = [auroc(curve), averagePrecision(curve), bestF1(curve).f1].map((figure) => figure.toFixed(4));
    console.log(`${String(window).padStart(6)}  ${String(sharpen).padStart(7)}  ${figures.join("  ")}`);
  }
}
