/**
 * @file Choosing the penalty: every strength is fitted on train sentences, the best on validation sentences is kept.
 *
 * Best is highest average precision, as with probes on models. The lexicon's words are blank in both, so what is judged is how
 * well other words carry its labels. Where validation sentences are of one class, the strength in the middle is taken.
 */
import { hasBothClasses } from "../fit.js";
import { auroc, averagePrecision, rankCurve } from "../rank.js";
import type { Candidate } from "../select.js";
import { fitSentences } from "./fit.js";
import { firesIn } from "./lexicon.js";
import { type NgramModel, type NgramWeights, openModel } from "./model.js";
import type { WordRows } from "./rows.js";
import type { Sentences } from "./sentences.js";
import type { Vocabulary } from "./vocabulary.js";
import { weightsOf } from "./weights.js";

/** Sentences with the words they are made of. */
export interface ReadSentences {
  sentences: Sentences;
  vocabulary: Vocabulary;
}

export interface TrainSentences extends ReadSentences {
  rows: WordRows;
  buckets: number;
}

export interface ChosenWeights {
  weights: NgramWeights;
  strength: number;
  candidates: (Omit<Candidate, "averagePrecision" | "auroc"> & Record<"averagePrecision" | "auroc", number | null>)[];
}

/** @param lexicon - terms whose words are blank */
export function chooseWeights(
  train: TrainSentences,
  validation: ReadSentences,
  lexicon: readonly string[],
  strengths: readonly number[],
  onFit: (averagePrecision: number | null) => void,
): ChosenWeights {
  const { labels } = validation.sentences;
  const canChoose = hasBothClasses(labels);
  const descending = [...new Set(strengths)].sort((a, b) => b - a);
  const tried = canChoose ? descending : [descending[descending.length >> 1]];
  const candidates: ChosenWeights["candidates"] = [];
  let best: { weights: NgramWeights; strength: number; averagePrecision: number } | undefined;
  for (const strength of tried) {
    const { weights, iterations } = fitWeights(train, lexicon, strength);
    const curve = rankCurve(sentenceLogits(validation, openModel(weights, lexicon, true)), labels);
    const judged = canChoose
      ? { averagePrecision: averagePrecision(curve), auroc: auroc(curve) }
      : { averagePrecision: null, auroc: null };
    candidates.push({ layer: 0, strength, ...judged, iterations });
    onFit(judged.averagePrecision);
    const reached = judged.averagePrecision ?? 0;
    if (!best || reached > best.averagePrecision) best = { weights, strength, averagePrecision: reached };
  }
  return { weights: best!.weights, strength: best!.strength, candidates };
}

/** One fit. @param labels - instead of the sentences' own */
export function fitWeights(train: TrainSentences, lexicon: readonly string[], strength: number, labels?: Uint8Array) {
  const { sentences, vocabulary, rows, buckets } = train;
  const fit = fitSentences(sentences, rows, { strength, isBlank: firesIn(vocabulary, lexicon), labels });
  return { weights: weightsOf(fit, rows, vocabulary, buckets), iterations: fit.iterations };
}

/** Mean weight of each sentence's words plus the bias; the bias alone where all are blank. */
export function sentenceLogits({ sentences, vocabulary }: ReadSentences, model: NgramModel): Float64Array {
  const { words, offsets } = sentences;
  return Float64Array.from({ length: offsets.length - 1 }, (_, sentence) => {
    let [sum, rows] = [0, 0];
    for (let k = offsets[sentence]; k < offsets[sentence + 1]; k++) {
      const word = vocabulary.words[words[k]];
      model.find(word, 0, word.length);
      sum += model.sum;
      rows += model.rows;
    }
    return model.bias + (rows === 0 ? 0 : sum / rows);
  });
}
