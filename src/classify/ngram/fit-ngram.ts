/**
 * @file The n-gram classifier from labels: weights fitted, penalty chosen, scores calibrated, everything judged and written.
 *
 * Reading is cheap, so all labelled documents count, up to `trainTokens` of a split. What is judged are tokens, as for any kind.
 */
import { grouped, UserError } from "../../base/errors.js";
import type { StageContext } from "../../base/stage.js";
import { textReader } from "../../label/index.js";
import { copyTokenizer, loadTokenizer } from "../../tokens/index.js";
import type { NgramFile, NgramSettings } from "../classifier-file.js";
import { decide, hasBothClasses } from "../fit.js";
import { oneClass, probeFile, rowsToKeep, standardsOf, testWarnings } from "../judge.js";
import { type LabelledDocuments, readLabelled } from "../labelled.js";
import type { ClassifierOptions } from "../options.js";
import { planSample, startsOf } from "../sample-plan.js";
import { writeTestRows } from "../test-rows.js";
import { chooseWeights, type ReadSentences } from "./choose.js";
import { measureHalves } from "./halves.js";
import { judgedRows, labelsOfRows } from "./judged-rows.js";
import { lexiconOf } from "./lexicon.js";
import { logitReader } from "./logits.js";
import { openModel } from "./model.js";
import { writeNgram } from "./model-file.js";
import { rowsOfWords } from "./rows.js";
import { sentenceGatherer } from "./sentences.js";
import { createVocabulary } from "./vocabulary.js";

/** Penalties tried when none are given. */
const STRENGTHS = [1, 3, 10];

export async function fitNgram(options: ClassifierOptions, { out, progress }: StageContext): Promise<NgramFile> {
  const tokenizer = loadTokenizer(options.tokens);
  const read = textReader(tokenizer);
  const specials = new Set(Object.values(tokenizer.specials));
  const lexicon = lexiconOf(options.labels);
  const labelled = (split: "train" | "validation" | "test") => readLabelled(options.labels, options.tokens, split);
  const sample = (split: LabelledDocuments, tokens: number) =>
    planSample(split, specials, { tokens, readTokens: options.trainTokens, seed: options.seed });
  const gather = (split: LabelledDocuments): ReadSentences => {
    const vocabulary = createVocabulary();
    const gatherer = sentenceGatherer(vocabulary.add);
    const { documents } = sample(split, 0);
    const starts = startsOf(split.documents);
    for (const [done, index] of documents.entries()) {
      const ids = split.documents[index];
      gatherer.add(index, read(ids), split.tokenLabels.subarray(starts[index], starts[index] + ids.length));
      progress({ done: done + 1, total: documents.length, unit: "documents", detail: `reading ${split.split}` });
    }
    return { sentences: gatherer.sentences(), vocabulary };
  };
  const [trainDocuments, validation] = [labelled("train"), labelled("validation")];
  const words = gather(trainDocuments);
  requireBothClasses(words, trainDocuments, options.labels, lexicon.length > 0);
  const { buckets } = options;
  const train = { ...words, rows: rowsOfWords(words.vocabulary, words.sentences, options), buckets };
  const validationWords = gather(validation);
  const strengths = options.strengths ?? STRENGTHS;
  let fits = 0;
  // Two more for the halves of a lexicon.
  const total = strengths.length + (lexicon.length < 2 ? 0 : 2);
  const fitted = (detail: string) => progress({ done: ++fits, total, unit: "fits", detail });
  const { weights, strength, candidates } = chooseWeights(train, validationWords, lexicon, strengths, (reached) => {
    fitted(reached === null ? "words" : `words: average precision ${reached.toFixed(3)}`);
  });
  const settings: NgramSettings = {
    ...{ window: options.window, sharpen: options.sharpen, bonus: lexicon.length > 0 ? options.bonus : 0 },
    ...{ lexicon, unfamiliarShare: 0.5 },
  };
  const model = openModel(weights, lexicon);
  const judge = (split: LabelledDocuments, { bonus }: Pick<NgramSettings, "bonus"> = settings) => {
    const plan = sample(split, Math.ceil(options.maxTokens / 2));
    const logitsOf = logitReader(model, { ...settings, bonus });
    const { rows, unknownShares } = judgedRows(split, plan, (ids) => logitsOf(read(ids)));
    return { judged: { split, rows, standards: standardsOf(split, options) }, unknownShares };
  };
  const { judged: onValidation, unknownShares } = judge(validation);
  // The lexicon made the labels, so a logit with its bonus knows them: every score would be 0 or 1.
  const context = judge(validation, { bonus: 0 }).judged.rows;
  settings.unfamiliarShare = Math.max(settings.unfamiliarShare, usualShare(unknownShares));
  const warnings: string[] = [];
  const shared = { layer: 0, strength, trainRows: train.sentences.labels.length };
  const [tokenLabels, documentLabels] = (["token", "document"] as const).map((granularity) => {
    const labels = labelsOfRows(onValidation, granularity);
    if (!hasBothClasses(labels))
      warnings.push(`${oneClass(labels, "validation", granularity)} So ${granularity} scores are not calibrated.`);
    return labels;
  });
  const token = {
    ...shared,
    candidates,
    ...decide(onValidation.rows.token.logits, tokenLabels, { calibrateOn: context.token.logits }),
  };
  const forDocuments = decide(onValidation.rows.document.logits, documentLabels, {
    calibrateOn: context.document.logits,
    fallback: token.calibration,
  });
  const document = { ...shared, candidates: [], ...forDocuments };
  const halves =
    lexicon.length < 2
      ? null
      : measureHalves(train, validationWords, lexicon, {
          ...{ strength, seed: options.seed },
          onFit: () => fitted("words: one half of the lexicon"),
        });
  // Everything is decided; now the test documents are read.
  const { judged: onTest } = judge(labelled("test"));
  const judged = [onValidation, onTest] as const;
  const file: NgramFile = {
    ...{ kind: "ngram", domain: trainDocuments.domain, tokenizer: tokenizer.fingerprint, settings, halves },
    token: probeFile(token, "token", judged),
    document: probeFile(document, "document", judged),
    warnings: [...warnings, ...testWarnings(onTest)],
  };
  await writeNgram(out, file, weights);
  const kept = { token: rowsToKeep(token, "token", onTest), document: rowsToKeep(document, "document", onTest) };
  await writeTestRows(out, { ...kept, sources: onTest.split.sources }, tokenizer.fingerprint);
  await copyTokenizer(options.tokens, out);
  return file;
}

/** The share of unknown words that 95 % of documents stay within: in scripts without spaces most words are new. */
function usualShare(shares: readonly number[]): number {
  const sorted = [...shares].sort((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
}

function requireBothClasses(
  { sentences: { labels } }: ReadSentences,
  { documents, domain }: LabelledDocuments,
  path: string,
  isLexicon: boolean,
): void {
  if (hasBothClasses(labels)) return;
  const isForget = labels.includes(1);
  const advice = isLexicon
    ? `The lexicon of ${domain} fires in ${isForget ? "every sentence" : "none"} of ${grouped(documents.length)} train documents: give npx lacuna label-text --domain a file whose lexicon speaks this text's words, ${isForget ? "and not its commonest" : "in its language"}.`
    : `Of ${grouped(labels.length)} train sentences in ${path} ${isForget ? "all" : "none"} are forget; a classifier needs both kinds. Label more documents (--documents), or mend the domain file.`;
  throw new UserError(advice);
}
