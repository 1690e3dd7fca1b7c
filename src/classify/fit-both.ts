/**
 * @file The token and the document probe from samples, also where a split holds one class only.
 *
 * Without both classes of train tokens there is nothing to learn, which stops. All else that is missing is done without, and
 * said: unchosen layers and penalties, uncalibrated probabilities, a document's logit as the mean of its tokens'.
 */
import { UserError } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import { decide, type Fitted, fitProbe, type Granularity, hasBothClasses, logitsAt, rowsOf } from "./fit.js";
import { oneClass } from "./judge.js";
import { fitLogistic } from "./logistic.js";
import type { Sample } from "./samples.js";
import type { Candidate, Rows } from "./select.js";

interface Samples {
  train: Sample;
  validation: Sample;
}

/** @throws UserError when the sampled train tokens are of one class */
export function fitBoth(
  samples: Samples,
  labels: string,
  strengths: readonly number[],
  progress: Progress,
): { fitted: Record<Granularity, Fitted>; warnings: string[] } {
  const fits = { count: 0, total: 2 * samples.train.layers.length * new Set(strengths).size };
  const warnings: string[] = [];
  const pair = (granularity: Granularity) => ({
    train: rowsOf(samples.train, granularity),
    validation: rowsOf(samples.validation, granularity),
  });
  const onFit = (granularity: Granularity, { layer, averagePrecision }: Candidate) => {
    const detail = `${granularity} probe, layer ${layer}: average precision ${averagePrecision.toFixed(3)}`;
    progress({ done: ++fits.count, total: fits.total, unit: "fits", detail });
  };
  const [tokens, documents] = [pair("token"), pair("document")];
  if (!hasBothClasses(tokens.train.labels)) {
    throw new UserError(
      `${oneClass(tokens.train.labels, "train", "token")} A classifier of ${labels} needs both kinds. Label more documents (npx lacuna label --documents), or mend the domain's lexicon.`,
    );
  }
  let token: Fitted;
  if (hasBothClasses(tokens.validation.labels)) {
    token = fitProbe(tokens.train, tokens.validation, strengths, (candidate) => onFit("token", candidate));
  } else {
    token = fitUnchosen(tokens.train, tokens.validation, strengths);
    warnings.push(
      `${oneClass(tokens.validation.labels, "validation", "token")} Nothing chose layer ${token.layer} and penalty ${token.strength}; scores are not calibrated, and the threshold is an even chance.`,
    );
  }
  const without = (["train", "validation"] as const).find((split) => !hasBothClasses(documents[split].labels));
  if (without === undefined) {
    const document = fitProbe(documents.train, documents.validation, strengths, (one) => onFit("document", one));
    return { fitted: { token, document }, warnings };
  }
  warnings.push(
    `${oneClass(documents[without].labels, without, "document")} So there is no document probe of its own: a document's logit is the mean of its tokens'.`,
  );
  return { fitted: { token, document: meanOfTokens(token, documents) }, warnings };
}

/** The last layer and the penalty in the middle, when validation tokens cannot choose. */
function fitUnchosen(train: Rows, validation: Rows, strengths: readonly number[]): Fitted {
  const { layer, features } = train.layers[train.layers.length - 1];
  const sorted = [...strengths].sort((a, b) => a - b);
  const strength = sorted[sorted.length >> 1];
  const { weights, bias, iterations } = fitLogistic(
    { features, width: train.width, labels: train.labels },
    { strength },
  );
  const probe = { weights, bias };
  const decided = decide(logitsAt(validation, layer, probe), validation.labels);
  const candidates = [{ layer, strength, averagePrecision: null, auroc: null, iterations }];
  return { layer, strength, ...decided, trainRows: train.labels.length, candidates, probe };
}

/** A probe is linear: on a document's mean features it gives the mean of its tokens' logits. */
function meanOfTokens(token: Fitted, { train, validation }: Record<"train" | "validation", Rows>): Fitted {
  const logits = logitsAt(validation, token.layer, token.probe);
  const decided = decide(logits, validation.labels, { fallback: token.calibration });
  return { ...token, ...decided, candidates: [], trainRows: train.labels.length };
}
