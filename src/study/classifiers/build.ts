/** @file From finished classifiers to a report: rows read, measured, resampled, compared. */
import { basename } from "node:path";
import { UserError } from "../../base/errors.js";
import { PACKAGE } from "../../base/package.js";
import {
  type ClassifierFile,
  calibrated,
  type ProbeFile,
  precisionRecallPoints,
  rankCurve,
  readClassifierFile,
  readTestRows,
  reliability,
  type StoredRows,
} from "../../classify/index.js";
import { type RankedRows, rankRows } from "./measure.js";
import { derive, figureOf, type Resampled, resample } from "./resample.js";
import {
  type ClassifierReport,
  GRANULARITIES,
  type Granularity,
  type Judgement,
  MEASURES,
  type Measure,
  type Report,
  STANDARDS,
  type StandardName,
  type Step,
} from "./results.js";

export interface ReportRequest {
  /** Folders of finished classifiers. */
  classifiers: readonly string[];
  /** What to call them; their folders' names if left out. */
  names?: readonly string[];
  /** Pairs of names to compare. */
  steps?: readonly { from: string; to: string }[];
  /** Names. */
  weakToStrong?: { weak: string; strong: string; student: string };
  resamples: number;
  seed: number;
  command?: string;
}

interface Opened {
  name: string;
  file: ClassifierFile;
  rows: StoredRows;
}

/** One classifier's probe against one standard. */
interface Judged {
  name: string;
  granularity: Granularity;
  against: StandardName;
  ranked: RankedRows;
}

/** @throws UserError when names do not fit, or the classifiers are of different domains */
export function buildReport(request: ReportRequest, onDone?: (done: number) => void): Report {
  const opened = open(request);
  const judged = opened.flatMap(judgedOf);
  const { resamples, seed } = request;
  const resampled = resample(
    judged.map(({ ranked }) => ranked),
    { resamples, seed },
    onDone,
  );
  const find = (name: string, granularity: Granularity, against: StandardName) => {
    const index = judged.findIndex(
      (one) => one.name === name && one.granularity === granularity && one.against === against,
    );
    return index < 0 ? undefined : { ...judged[index], resampled: resampled[index] };
  };
  const steps = (request.steps ?? []).flatMap(({ from, to }) =>
    GRANULARITIES.flatMap((granularity) =>
      STANDARDS.flatMap((against): Step[] => {
        const [a, b] = [find(from, granularity, against), find(to, granularity, against)];
        return a && b ? [{ from, to, granularity, against, measures: difference(a, b) }] : [];
      }),
    ),
  );
  return {
    lacuna: PACKAGE.version,
    domain: opened[0].file.domain,
    command: request.command ?? null,
    resamples,
    seed,
    classifiers: opened.map((one) => described(one, find)),
    steps,
    weakToStrong: request.weakToStrong ? recoveries(request.weakToStrong, find) : null,
  };
}

type Find = (
  name: string,
  granularity: Granularity,
  against: StandardName,
) => (Judged & { resampled: Resampled }) | undefined;

function open({ classifiers, names, steps = [], weakToStrong }: ReportRequest): Opened[] {
  if (names && names.length !== classifiers.length) {
    throw new UserError(`There are ${names.length} names for ${classifiers.length} classifiers. Give one for each.`);
  }
  const opened = classifiers.map((directory, index): Opened => {
    const name = names?.[index] ?? basename(directory);
    return { name, file: readClassifierFile(directory), rows: readTestRows(directory) };
  });
  const known = opened.map(({ name }) => name);
  const twice = known.find((name, index) => known.indexOf(name) !== index);
  if (twice) throw new UserError(`Two classifiers are called ${twice}. Give each a name of its own: --names.`);
  const asked = [...steps.flatMap(({ from, to }) => [from, to]), ...Object.values(weakToStrong ?? {})];
  const stranger = asked.find((name) => !known.includes(name));
  if (stranger) throw new UserError(`No classifier is called ${stranger}; they are ${known.join(", ")}.`);
  const other = opened.find(({ file }) => file.domain !== opened[0].file.domain);
  if (other) {
    throw new UserError(
      `${opened[0].name} finds ${opened[0].file.domain}, ${other.name} finds ${other.file.domain}: report each domain by itself.`,
    );
  }
  return opened;
}

/** A classifier that learned from coarse, weak or noisy labels is judged by the reference labels, as the others by theirs. */
function judgedOf({ name, file, rows: stored }: Opened): Judged[] {
  return GRANULARITIES.flatMap((granularity) => {
    const rows = stored[granularity];
    const standards = { labels: rows.reference ?? rows.labels, truth: rows.truth };
    return STANDARDS.flatMap((against): Judged[] => {
      const values = standards[against];
      if (!values) return [];
      const ranked = rankRows(rows, values, file[granularity].thresholds.f1.threshold);
      return [{ name, granularity, against, ranked }];
    });
  });
}

function described({ name, file, rows }: Opened, find: Find): ClassifierReport {
  const probe = (granularity: Granularity) => {
    const { layer, strength, thresholds, trainRows, flopsPerToken = null, quality } = file[granularity];
    const against = STANDARDS.flatMap((standard) => {
      const found = find(name, granularity, standard);
      return found ? [[standard, judgementOf(found, file[granularity], rows.sources)] as const] : [];
    });
    const validationF1 = quality.validation.atThreshold.f1;
    const { threshold } = thresholds.f1;
    return { layer, strength, threshold, trainRows, flopsPerToken, validationF1, against: Object.fromEntries(against) };
  };
  const [widths, models] = file.kind === "ngram" ? [{}, undefined] : [file.widths, file.models];
  return {
    ...{
      name,
      kind: file.kind,
      widths,
      parameters: models?.parameters ?? null,
      trainingFlops: models?.trainingFlops ?? null,
    },
    hasReference: rows.token.reference !== undefined,
    probes: { token: probe("token"), document: probe("document") },
  };
}

function judgementOf(
  { ranked, resampled }: Judged & { resampled: Resampled },
  { calibration }: ProbeFile,
  sources: readonly string[],
): Judgement {
  const { labels, logits, documents } = ranked;
  const { bins, expectedCalibrationError } = reliability(calibrated(logits, calibration), labels);
  const measures = MEASURES.map((name) => [name, figureOf(resampled[name].value, resampled[name].draws)]);
  return {
    rows: labels.length,
    documents: documents.length,
    prevalence: labels.reduce((sum, label) => sum + label, 0) / Math.max(1, labels.length),
    measures: Object.fromEntries(measures) as Judgement["measures"],
    precisionRecall: precisionRecallPoints(rankCurve(logits, labels)),
    calibration: {
      expectedCalibrationError,
      bins: bins.map(({ count, predicted, observed }) => ({ count, predicted, observed })),
    },
    sources: confusions(ranked, sources),
  };
}

/** Flags against labels, by source of the document, the most rows first. */
function confusions(
  { labels, flagged, document, documents }: RankedRows,
  sources: readonly string[],
): Judgement["sources"] {
  const bySource = new Map<string, Judgement["sources"][number]>();
  for (let row = 0; row < labels.length; row++) {
    const source = sources[documents[document[row]]];
    const counts = bySource.get(source) ?? { source, hits: 0, falseAlarms: 0, misses: 0, left: 0 };
    if (labels[row] === 1) counts[flagged[row] === 1 ? "hits" : "misses"]++;
    else counts[flagged[row] === 1 ? "falseAlarms" : "left"]++;
    bySource.set(source, counts);
  }
  const size = ({ hits, falseAlarms, misses, left }: Judgement["sources"][number]) =>
    hits + falseAlarms + misses + left;
  return [...bySource.values()].sort((a, b) => size(b) - size(a) || (a.source < b.source ? -1 : 1));
}

/** @throws UserError when the two were not judged on the same documents */
function difference(from: Judged & { resampled: Resampled }, to: Judged & { resampled: Resampled }): Step["measures"] {
  if (from.ranked.documents.join() !== to.ranked.documents.join()) {
    throw new UserError(
      `${from.name} and ${to.name} were tested on different documents. Fit both with the same --seed, --read-tokens and tokens.`,
    );
  }
  const entries = MEASURES.map((name) => [
    name,
    derive([from.resampled[name], to.resampled[name]], (before, after) => after - before),
  ]);
  return Object.fromEntries(entries) as Step["measures"];
}

/** Measures for which the gap is told. */
const RECOVERED: readonly Measure[] = ["f1", "accuracy", "balancedAccuracy", "averagePrecision", "auroc"];

function recoveries(names: { weak: string; strong: string; student: string }, find: Find): Report["weakToStrong"] {
  const recovery = GRANULARITIES.map((granularity) => {
    const [weak, strong, student] = [names.weak, names.strong, names.student].map(
      (name) => find(name, granularity, "labels")!.resampled,
    );
    const share = (w: number, s: number, t: number) => (s > w ? (t - w) / (s - w) : Number.NaN);
    const recovered = RECOVERED.map((name) => [name, derive([weak[name], strong[name], student[name]], share)]);
    return { granularity, recovered: Object.fromEntries(recovered) };
  });
  return { ...names, recovery };
}
