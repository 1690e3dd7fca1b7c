/** @file Everything that is measured of a new classifier, in the form quality.json keeps it, and the passages to show. */
import { PACKAGE } from "../../base/package.js";
import { readClassifierFile } from "../../classify/index.js";
import { readDomain } from "../../label/index.js";
import { readTokens } from "../../tokens/index.js";
import { byDomains, byHand, grade } from "./grade.js";
import { HELD_OUT, readHeldOut } from "./held-out.js";
import type { NewClassifierArtifacts } from "./pipeline.js";
import { type Figure, QualityFile } from "./quality-file.js";
import { ratesOf, thresholdsOf, thresholdTable } from "./rates.js";
import { type Drawn, drawSentences, scoredSentences } from "./sentences.js";
import { verdictOf } from "./verdict.js";

export interface NewClassifierQuality {
  quality: QualityFile;
  /** Passages to judge, with their text, in the order of `quality.passages`. */
  drawn: Drawn[];
}

const NOTHING: Figure = { value: null, low: null, high: null };

/** Measures on documents that were not fitted on. Rates and passages leave out documents marked by hand: those were chosen. */
export function measureQuality(
  artifacts: NewClassifierArtifacts,
  domainFile: string,
  seed: number,
): NewClassifierQuality {
  const domain = readDomain(domainFile);
  const file = readClassifierFile(artifacts.classifier.path);
  if (file.kind !== "ngram") throw new Error(`The classifier step made one of kind ${file.kind}`);
  const documents = readHeldOut(artifacts);
  const drawnFrom = documents.some((one) => one.byHand === null) ? documents.filter((one) => !one.byHand) : documents;
  const at = thresholdsOf(file);
  const hand = artifacts.byHand ? grade(documents, byHand, at.token, seed) : null;
  const isNamed = documents.some(({ truth }) => truth?.domains.some((name) => domain.truth.includes(name)));
  const truth = isNamed ? grade(drawnFrom, byDomains(domain.truth), at.token, seed) : null;
  const halves = file.halves ? { value: file.halves.auroc, low: file.halves.low, high: file.halves.high } : NOTHING;
  const drawn = drawSentences(drawnFrom.flatMap(scoredSentences), at.token, seed);
  const train = readTokens(artifacts.tokens.path, "train");
  const [validation, test] = HELD_OUT.map((split) => documents.filter((one) => one.split === split).length);
  const quality = QualityFile.parse({
    ...{ format: "lacuna-quality", formatVersion: 1, lacuna: PACKAGE.version },
    ...{ domain: domain.name, terms: domain.lexicon.length },
    documents: { train: train.documents.length, validation, test },
    trainTokens: train.tokens.length,
    ...{ verdict: verdictOf({ hand, halves }), halves, hand, truth, threshold: at.token },
    ...ratesOf(drawnFrom, at, domain.truth),
    thresholds: thresholdTable(drawnFrom, file),
    warnings: file.warnings,
    passages: drawn.map(({ band, document: { id, source, split }, bytes, score }) => {
      return { band, id, source, split, ...bytes, score };
    }),
  } satisfies QualityFile);
  return { quality, drawn };
}
