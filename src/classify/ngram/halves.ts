/**
 * @file Whether a lexicon is about one thing: one half of its terms labels, the other half is found by context, or is not.
 *
 * The terms are split in two by a seeded hash. A model is fitted on the sentences that half A labels, and ranks validation
 * sentences in which a term of half B fires above those in which no term does, or not; then the other way round. All terms
 * are blank throughout, so a high AUROC means that both halves stand in the same company. A domain file that does not fit the
 * text, or mixes two things, shows as an AUROC near one half.
 */
import { sha256 } from "../../base/hash.js";
import { random } from "../../base/random.js";
import type { Halves } from "../classifier-file.js";
import { hasBothClasses } from "../fit.js";
import { fitWeights, type ReadSentences, sentenceLogits, type TrainSentences } from "./choose.js";
import { firesIn, sentencesWith } from "./lexicon.js";
import { openModel } from "./model.js";

const RESAMPLES = 1000;

interface Ranked {
  /** Rows by rising logit; rows of equal logit together. */
  order: Uint32Array;
  logits: Float64Array;
  labels: Uint8Array;
  documents: Uint32Array;
}

/** @returns null when a half fires nowhere, or everywhere */
export function measureHalves(
  train: TrainSentences,
  validation: ReadSentences,
  terms: readonly string[],
  { strength, seed, onFit = () => {} }: { strength: number; seed: number; onFit?: () => void },
): Halves | null {
  const [a, b] = splitTerms(terms, seed);
  const none = sentencesWith(validation.sentences, firesIn(validation.vocabulary, terms));
  const ways: Ranked[] = [];
  for (const [taught, asked] of [
    [a, b],
    [b, a],
  ]) {
    const labels = sentencesWith(train.sentences, firesIn(train.vocabulary, taught));
    if (!hasBothClasses(labels)) return null;
    const fires = sentencesWith(validation.sentences, firesIn(validation.vocabulary, asked));
    const rows = Uint32Array.from(fires.keys()).filter((row) => fires[row] === 1 || none[row] === 0);
    const graded = Uint8Array.from(rows, (row) => fires[row]);
    if (!hasBothClasses(graded)) return null;
    const { weights } = fitWeights(train, terms, strength, labels);
    onFit();
    const all = sentenceLogits(validation, openModel(weights, terms, true));
    const logits = Float64Array.from(rows, (row) => all[row]);
    const order = Uint32Array.from(rows.keys()).sort((x, y) => logits[x] - logits[y]);
    const documents = Uint32Array.from(rows, (row) => validation.sentences.documents[row]);
    ways.push({ order, logits, labels: graded, documents });
  }
  const mean = (weights?: Uint32Array) => ways.reduce((sum, way) => sum + weightedAuroc(way, weights), 0) / ways.length;
  const forgets = ways.map(({ labels }) => labels.reduce((sum, label) => sum + label, 0));
  return {
    auroc: mean(),
    ...interval(mean, validation.sentences.documents, seed),
    forgetSentences: forgets[0] + forgets[1],
    retainSentences: ways[0].labels.length - forgets[0],
  };
}

/** Two halves of the terms, as even as can be; the same terms in any order give the same halves. */
export function splitTerms(terms: readonly string[], seed: number): [string[], string[]] {
  const keyed = terms
    .map((term) => ({ term, key: sha256(`${seed}\0${term}`) }))
    .sort((x, y) => (x.key < y.key ? -1 : 1));
  const half = (wanted: number) => keyed.flatMap(({ term }, index) => (index % 2 === wanted ? [term] : []));
  return [half(0), half(1)];
}

/** Documents are drawn with replacement; draws without a class are passed over. */
function interval(mean: (weights: Uint32Array) => number, documents: Uint32Array, seed: number) {
  const names = [...new Set(documents)];
  const draw = random(seed, "halves of the lexicon");
  const values: number[] = [];
  for (let round = 0; round < RESAMPLES; round++) {
    const weights = new Uint32Array(Math.max(...names) + 1);
    for (let k = 0; k < names.length; k++) weights[names[draw.integer(names.length)]]++;
    const value = mean(weights);
    if (Number.isFinite(value)) values.push(value);
  }
  values.sort((x, y) => x - y);
  const at = (share: number) => values[Math.round(share * (values.length - 1))];
  return { low: at(0.025), high: at(0.975) };
}

/** AUROC with rows counted as often as their document; ties count half. NaN without both classes. */
function weightedAuroc({ order, logits, labels, documents }: Ranked, weights?: Uint32Array): number {
  let [area, forgetSum, retainSum] = [0, 0, 0];
  for (let start = 0; start < order.length; ) {
    const logit = logits[order[start]];
    let [forget, retain] = [0, 0];
    for (; start < order.length && logits[order[start]] === logit; start++) {
      const weight = weights ? weights[documents[order[start]]] : 1;
      if (labels[order[start]] === 1) forget += weight;
      else retain += weight;
    }
    area += forget * (retainSum + retain / 2);
    forgetSum += forget;
    retainSum += retain;
  }
  return area / (forgetSum * retainSum);
}
