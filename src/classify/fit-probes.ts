/**
 * @file Classifiers on models: probes on the states of a biLM or an encoder, fitted, judged and written.
 *
 * The models are copied beside the probes, and so is the n-gram classifier whose scores are among their features, if one is.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import type { StageContext } from "../base/stage.js";
import { parameterCount } from "../nn/index.js";
import { copyTokenizer, loadTokenizer, requireSameTokenizer } from "../tokens/index.js";
import { type Backbone, featureWidths, openBackbone, PARTS, releaseBackbone } from "./backbone.js";
import type { ProbedFile } from "./classifier-file.js";
import { scoringFlops, trainingFlops } from "./cost.js";
import { type Fitted, type Granularity, logitsAt, rowsOf } from "./fit.js";
import { fitBoth } from "./fit-both.js";
import { type JudgedRows, type JudgedSplit, probeFile, rowsToKeep, standardsOf, testWarnings } from "./judge.js";
import { type LabelledDocuments, readLabelled } from "./labelled.js";
import { leaveOutLexicon, withBonus } from "./ngram/bonus.js";
import { columnReader } from "./ngram/columns.js";
import { lexiconOf } from "./ngram/lexicon.js";
import { COLUMNS } from "./ngram/logits.js";
import { copyNgram, readNgram, type StoredNgram } from "./ngram/model-file.js";
import type { ClassifierOptions } from "./options.js";
import { NGRAMS, writeClassifier } from "./probe-file.js";
import { planSample } from "./sample-plan.js";
import { readSample, type Sample } from "./samples.js";
import { writeTestRows } from "./test-rows.js";

/** Penalties tried when none are given. */
const STRENGTHS = [0.1, 1, 10];
/** With n-grams beside: three features already tell most, so the hundreds of models' are worth holding back. */
const STRENGTHS_BESIDE = [1, 100, 10_000];

export async function fitProbes(options: ClassifierOptions, context: StageContext): Promise<ProbedFile> {
  const ngrams = options.ngrams === undefined ? undefined : readBeside(options.ngrams, options.tokens);
  const backbone = openBackbone(options, context.threads);
  try {
    return await fitOn(backbone, ngrams, options, context);
  } finally {
    await releaseBackbone(backbone);
  }
}

/** @throws UserError when it is no n-gram classifier of these tokens */
function readBeside(ngrams: string, tokens: string): StoredNgram {
  const stored = readNgram(ngrams);
  requireSameTokenizer(
    { what: `The n-gram classifier ${ngrams}`, fingerprint: stored.file.tokenizer },
    { what: `these tokens (${tokens})`, fingerprint: loadTokenizer(tokens).fingerprint },
    "Fit it on these tokens: npx lacuna classifier fit --kind ngram.",
  );
  return stored;
}

async function fitOn(
  models: Backbone,
  ngrams: StoredNgram | undefined,
  options: ClassifierOptions,
  { out, progress }: StageContext,
) {
  const tokenizer = loadTokenizer(options.tokens);
  const backbone = ngrams ? { ...models, columns: columnReader(ngrams, tokenizer) } : models;
  const given = PARTS.flatMap((part) => (options[part] === undefined ? [] : [[part, options[part]] as const]));
  const [[, first]] = given;
  requireSameTokenizer(
    { what: `The model ${first}`, fingerprint: loadTokenizer(first).fingerprint },
    { what: `these tokens (${options.tokens})`, fingerprint: tokenizer.fingerprint },
    "Pretrain on these tokens: npx lacuna pretrain.",
  );
  const configs = backbone.readers.map(({ model }) => model.config);
  const layers = layersToTry(options.layers, configs[0].layers, first);
  const specials = new Set(Object.values(tokenizer.specials));
  const read = (split: LabelledDocuments, wanted: readonly number[], share: number) => {
    const size = { tokens: Math.ceil(options.maxTokens * share), readTokens: Math.ceil(options.readTokens * share) };
    const plan = planSample(split, specials, { ...size, seed: options.seed });
    const total = plan.documents.reduce((sum, index) => sum + split.documents[index].length, 0);
    return readSample(backbone, split, plan, wanted, specials, (done) =>
      progress({ done, total, unit: "tokens", detail: `reading ${split.split}` }),
    );
  };
  const [train, validation] = (["train", "validation"] as const).map((split) =>
    readLabelled(options.labels, options.tokens, split),
  );
  const samples = { train: await read(train, layers, 1), validation: await read(validation, layers, 0.5) };
  const isOfLexicon = ngrams !== undefined && lexiconOf(options.labels).length > 0;
  if (isOfLexicon) leaveOutLexicon(samples.train);
  const strengths = options.strengths ?? (ngrams ? STRENGTHS_BESIDE : STRENGTHS);
  const { fitted, warnings } = fitBoth(samples, options.labels, strengths, progress);
  if (isOfLexicon)
    for (const granularity of ["token", "document"] as const)
      fitted[granularity] = withBonus(
        fitted[granularity],
        rowsOf(samples.validation, granularity),
        ngrams.file.settings.bonus,
      );
  // Everything is decided; now the test documents are read.
  const test = readLabelled(options.labels, options.tokens, "test");
  const testLayers = [...new Set([fitted.token.layer, fitted.document.layer])];
  const judged = [
    judgedSplit(validation, samples.validation, fitted, options),
    judgedSplit(test, await read(test, testLayers, 0.5), fitted, options),
  ] as const;
  const widths = featureWidths(backbone);
  const widthOf = (part: string) => widths[given.findIndex(([name]) => name === part)];
  const described = (granularity: Granularity) => {
    const probe = probeFile(fitted[granularity], granularity, judged);
    return { ...probe, flopsPerToken: scoringFlops(configs, probe.layer) };
  };
  const common = {
    ...{ domain: train.domain, tokenizer: tokenizer.fingerprint },
    models: {
      parameters: configs.reduce((sum, config) => sum + parameterCount(config), 0),
      trainingFlops: trainingFlops(given.map(([, directory]) => directory)),
    },
    ...{ token: described("token"), document: described("document") },
    warnings: [...warnings, ...testWarnings(judged[1])],
  };
  const columns = ngrams && { ngrams: COLUMNS };
  const file: ProbedFile =
    options.kind === "encoder"
      ? { kind: "encoder", widths: { encoder: widthOf("encoder"), ...columns }, ...common }
      : { kind: "bilm", widths: { left: widthOf("left"), right: widthOf("right"), ...columns }, ...common };
  await writeClassifier(out, file, { token: fitted.token.probe, document: fitted.document.probe });
  const [token, document] = (["token", "document"] as const).map((granularity) =>
    rowsToKeep(fitted[granularity], granularity, judged[1]),
  );
  await writeTestRows(out, { token, document, sources: test.sources }, tokenizer.fingerprint);
  await copyTokenizer(options.tokens, out);
  for (const [part, directory] of given) await copyModel(directory, join(out, part));
  if (options.ngrams !== undefined) copyNgram(options.ngrams, join(out, NGRAMS));
  return file;
}

function layersToTry(wanted: readonly number[], depth: number, model: string): readonly number[] {
  if (wanted.some((layer) => layer > depth))
    throw new UserError(`--layers ${wanted.join(" ")}: ${model} has layers 0 (embedding) to ${depth}.`);
  return wanted.length > 0 ? wanted : Array.from({ length: depth + 1 }, (_, layer) => layer);
}

function judgedSplit(
  split: LabelledDocuments,
  sample: Sample,
  fitted: Record<Granularity, Fitted>,
  options: ClassifierOptions,
): JudgedSplit {
  const logits = (granularity: Granularity) =>
    logitsAt(rowsOf(sample, granularity), fitted[granularity].layer, fitted[granularity].probe);
  const { tokenPlaces, tokenDocuments, documentPlaces } = sample;
  const rows: Record<Granularity, JudgedRows> = {
    token: { logits: logits("token"), places: tokenPlaces, documents: tokenDocuments },
    document: { logits: logits("document"), places: documentPlaces, documents: documentPlaces },
  };
  return { split, rows, standards: standardsOf(split, options) };
}

async function copyModel(from: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  for (const name of ["config.json", "model.safetensors"]) copyFileSync(join(from, name), join(to, name));
  await copyTokenizer(from, to);
}
