/**
 * @file From texts and a domain file to a classifier of words: the stages of the lexicon's way, as steps.
 *
 *     corpus -> tokenizer -> tokens -> labels by the lexicon -> classifier -> scores
 *        |                      |
 *        '-- spans by hand -----'--> labels by hand, which only grade
 *
 * Documents with spans by hand are test documents whatever the shares (`heldOut`), so none of them is fitted or chosen on.
 */
import { z } from "zod";
import { CorpusOptions } from "../../corpus/index.js";
import type { Offsets } from "../../label/index.js";
import type { NamedTokenizer } from "../../tokens/index.js";
import { PRIORITY } from "../ladder.js";
import { lexiconLabels } from "../routes.js";
import type { Artifact, RunStep } from "../steps.js";

/** What the stages can be told. Held-out shares are larger than a study's: what is asked here is how good it is. */
export const NewClassifierConfig = z.object({
  ...CorpusOptions.pick({ textField: true, idField: true, domainField: true }).shape,
  maxBytes: z
    .int()
    .positive()
    .default(50_000_000)
    .describe("cut of the texts, in bytes of text: every file gives the same share, drawn by the seed"),
  validationShare: CorpusOptions.shape.validationShare
    .default(0.1)
    .describe("share of documents that chooses penalty, calibration and threshold"),
  testShare: CorpusOptions.shape.testShare.default(0.1).describe("share of documents that only measures"),
  seed: z.int().nonnegative().default(1).describe("every random choice follows from it"),
});
export type NewClassifierConfig = z.infer<typeof NewClassifierConfig>;

/** A tokenizer made before, a published vocabulary, or a tokenizer.json; nothing for one learned from the texts. */
export type TokenizerChoice = { folder: string } | { name: NamedTokenizer } | { file: string };

export interface NewClassifierInputs {
  /** Files and folders of text. */
  texts: readonly string[];
  /** The domain file. */
  domain: string;
  tokenizer?: TokenizerChoice;
  /** JSONL of spans marked by hand, as npx lacuna label-spans reads them. */
  spans?: { file: string; offsets: Offsets };
}

export interface NewClassifierArtifacts {
  corpus: Artifact;
  tokens: Artifact;
  labels: Artifact;
  classifier: Artifact;
  scores: Artifact;
  /** Labels by hand, where there are any. */
  byHand?: Artifact;
}

/** Stable names of the steps; "classifier" itself is the copy that is made at the end. */
const NAMES: Record<string, string> = {
  tokenize: "tokens",
  "label-lexicon": "labels",
  classifier: "classifier-fit",
  score: "scores",
};

/** Runs everything that is not yet there. */
export async function newClassifierSteps(
  { seed, ...fields }: NewClassifierConfig,
  { texts, domain, tokenizer: choice, spans }: NewClassifierInputs,
  run: RunStep,
): Promise<NewClassifierArtifacts> {
  const step = (id: string, stage: string, options: Record<string, unknown>, seconds: number) =>
    run({ id, name: NAMES[id] ?? id, stage, options, seconds, priority: PRIORITY.critical });
  const megabytes = fields.maxBytes / 1e6;
  const corpus = await step("corpus", "corpus", { files: [...texts], ...fields, heldOut: spans?.file, seed }, 8);
  const made = async (options: Record<string, unknown>) => (await step("tokenizer", "tokenizer", options, 8)).path;
  const tokenizer =
    choice === undefined
      ? await made({ corpus: corpus.path })
      : "folder" in choice
        ? choice.folder
        : await made({ ...choice });
  const tokens = await step("tokenize", "tokenize", { corpus: corpus.path, tokenizer }, 0.15 * megabytes);
  const shared = { tokens: tokens.path, domain };
  const graded = async () =>
    spans && (await step("label-by-hand", "label-spans", { ...shared, spans: spans.file, offsets: spans.offsets }, 5));
  const fitted = async () => {
    const labels = await step("label-lexicon", "label-text", lexiconLabels(tokens, domain), 0.6 * megabytes);
    const fit = { kind: "ngram", labels: labels.path, tokens: tokens.path, seed };
    const classifier = await step("classifier", "classifier", fit, 1.5 * megabytes);
    const score = { tokens: tokens.path, classifier: classifier.path };
    const scores = await step("score", "score", score, 0.2 * megabytes);
    return { labels, classifier, scores };
  };
  const [rest, byHand] = await Promise.all([fitted(), graded()]);
  return { corpus, tokens, ...rest, byHand };
}
