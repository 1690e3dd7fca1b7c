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
import { readClassifier } from "../probe-file.js";

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
  const biLm = openBackbone({ left: join(directory, "left"), right: join(directory, "right") }, 1);
  const widths = featureWidths(biLm);
  const scores: ScoresFromStates[] = [];
  const layers = [file.token.layer, file.document.layer];
  for await (const { document, states } of readStates(biLm, documents, layers)) {
    const { weights, bias } = probes.token;
    const fromLeft = logitsOf(states[0][0], { weights: weights.subarray(0, widths[0]), bias });
    const fromRight = logitsOf(states[1][0], { weights: weights.subarray(widths[0]), bias: 0 });
    const tokenLogits = fromLeft.map((logit, token) => logit + fromRight[token]);
    const isSpecial = specialMask(documents[document], specials);
    const tokens = calibrated(tokenLogits, file.token.calibration).map((p, token) => (isSpecial[token] ? 0 : p));
    const pooled = poolFeatures([states[0][1], states[1][1]], widths, isSpecial);
    const logits = pooled && logitsOf(pooled, probes.document);
    const probability = logits ? calibrated(logits, file.document.calibration)[0] : 0;
    scores.push({ tokenLogits, tokens, documentLogit: logits?.[0], probability });
  }
  await releaseBackbone(biLm);
  return scores;
}
