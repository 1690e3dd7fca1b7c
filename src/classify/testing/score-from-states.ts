/**
 * @file Scores by the plain formula, from the states of both halves: the oracle of the fast scorer.
 *
 * Every state goes through JavaScript here, in double precision, so it is slow and takes tokens x width of memory.
 */
import { join } from "node:path";
import { specialMask } from "../../label/index.js";
import { loadTokenizer } from "../../tokens/index.js";
import { featureWidths, openBackbone, poolFeatures, readStates, releaseBackbone } from "../backbone.js";
import { calibrated } from "../calibrate.js";
import { logitsOf } from "../loss.js";
import { columnReader } from "../ngram/columns.js";
import { readNgramFiles } from "../ngram/model-file.js";
import { NGRAMS, readClassifier } from "../probe-file.js";

export interface ScoresFromStates {
  /** Before calibration, shape [tokens]. */
  tokenLogits: Float64Array;
  /** Probabilities, 0 for special tokens, shape [tokens]. */
  tokens: Float64Array;
  /** Before calibration; undefined when the document has special tokens only. */
  documentLogit: number | undefined;
  probability: number;
}

/** Scores documents with a finished classifier. */
export async function scoreFromStates(directory: string, documents: Uint32Array[]): Promise<ScoresFromStates[]> {
  const { file, probes } = readClassifier(directory);
  const specials = new Set(Object.values(loadTokenizer(directory).specials));
  const models = openBackbone({ left: join(directory, "left"), right: join(directory, "right") }, 1);
  const stored = file.widths.ngrams && readNgramFiles(join(directory, NGRAMS));
  const columns = stored ? columnReader(stored, loadTokenizer(directory)) : undefined;
  const biLm = { ...models, columns };
  const widths = featureWidths(biLm);
  const scores: ScoresFromStates[] = [];
  const layers = [file.token.layer, file.document.layer];
  for await (const { document, states } of readStates(biLm, documents, layers)) {
    const { weights, bias } = probes.token;
    const tokenLogits = new Float64Array(documents[document].length).fill(bias);
    let at = 0;
    for (const [part, width] of widths.entries()) {
      const here = logitsOf(states[part][0], { weights: weights.subarray(at, (at += width)), bias: 0 });
      for (const [token, logit] of here.entries()) tokenLogits[token] += logit;
    }
    const isSpecial = specialMask(documents[document], specials);
    const tokens = calibrated(tokenLogits, file.token.calibration).map((p, token) => (isSpecial[token] ? 0 : p));
    const pooled = poolFeatures(
      states.map((part) => part[1]),
      widths,
      isSpecial,
    );
    const logits = pooled && logitsOf(pooled, probes.document);
    const probability = logits ? calibrated(logits, file.document.calibration)[0] : 0;
    scores.push({ tokenLogits, tokens, documentLogit: logits?.[0], probability });
  }
  await releaseBackbone(biLm);
  return scores;
}
