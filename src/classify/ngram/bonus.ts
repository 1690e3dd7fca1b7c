/**
 * @file The lexicon's bonus in a probe that reads an n-gram classifier's columns beside models.
 *
 * A lexicon that labelled fires exactly where its labels are forget. A probe fitted on that would trust it alone and find no
 * more than the lexicon does. So the column is zero while fitting, choosing and calibrating, which leaves its weight at zero,
 * and gets the n-gram classifier's own bonus afterwards, in proportion to how much of its logit the probe took.
 */
import { calibrated } from "../calibrate.js";
import { type Fitted, logitsAt, thresholdsFor } from "../fit.js";
import type { Sample } from "../samples.js";
import type { Rows } from "../select.js";
import { quantise } from "../threshold.js";

/** Sets the lexicon's column of train rows to zero, in place: it is a sample's last feature. */
export function leaveOutLexicon({ layers, width }: Pick<Sample, "layers" | "width">): void {
  for (const { tokens, documents } of layers)
    for (const features of [tokens, documents])
      for (let at = width - 1; at < features.length; at += width) features[at] = 0;
}

/** The same probe with the bonus, its calibration kept, its thresholds found anew. @param validation - rows of the same kind */
export function withBonus(fitted: Fitted, validation: Rows, bonus: number): Fitted {
  const { layer, calibration, probe } = fitted;
  const weights = Float64Array.from(probe.weights);
  const [sentence, window, lexicon] = [3, 2, 1].map((back) => weights.length - back);
  weights[lexicon] = bonus * (weights[sentence] + weights[window]);
  const withLexicon = { ...probe, weights };
  const logits = logitsAt(validation, layer, withLexicon);
  const thresholds = thresholdsFor(quantise(calibrated(logits, calibration)), validation.labels);
  return { ...fitted, probe: withLexicon, thresholds };
}
