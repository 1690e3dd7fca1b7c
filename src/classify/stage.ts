/**
 * @file The `classifier` stage: a classifier from labels, of words or on a trained biLM or encoder.
 *
 * Train documents fit, validation documents decide, test documents are read once, when nothing is left to decide.
 * The result holds all it needs, tokenizer included, so that it scores a corpus on its own.
 */
import { UserError } from "../base/errors.js";
import { defineStage } from "../base/stage.js";
import { PARTS } from "./backbone.js";
import { fitProbes } from "./fit-probes.js";
import { summaryOf } from "./judge.js";
import { fitNgram } from "./ngram/fit-ngram.js";
import { ClassifierOptions } from "./options.js";

/** Trains and measures a classifier. */
export const classifierStage = defineStage({
  name: "classifier",
  summary: "Fit a classifier of tokens and documents from labels, and measure it",
  why: "A cheap classifier carries labels on a sample over to every token of the corpus",
  examples: [
    "npx lacuna classifier fit --labels runs/demo/labels --tokens runs/demo/tokens --out runs/demo/classifier-1",
    "npx lacuna classifier fit --kind bilm --left runs/paper-route/left --right runs/paper-route/right --labels runs/demo/labels --tokens runs/demo/tokens --layers 2 --strengths 0.01 1 100 --out runs/demo/classifier-2",
    "npx lacuna classifier fit --kind bilm --left runs/paper-route/left --right runs/paper-route/right --ngrams runs/demo/classifier --labels runs/demo/labels --tokens runs/demo/tokens --out runs/demo/classifier-3",
    "npx lacuna classifier fit --kind encoder --encoder runs/encoder --labels runs/demo/labels --tokens runs/demo/tokens --out runs/demo/classifier-encoder",
  ],
  version: 4,
  options: ClassifierOptions,
  inputs: ["left", "right", "encoder", "ngrams", "labels", "reference", "tokens"],
  async run(options, context) {
    requireModelsOfKind(options);
    const file = await (options.kind === "ngram" ? fitNgram(options, context) : fitProbes(options, context));
    const { kind, domain, warnings, token, document } = file;
    return { kind, domain, warnings, token: summaryOf(token), document: summaryOf(document) };
  },
});

const WANTED = { ngram: [], bilm: ["left", "right"], encoder: ["encoder"] } as const;

function requireModelsOfKind(options: ClassifierOptions): void {
  const wanted: readonly string[] = WANTED[options.kind];
  if (options.kind === "ngram" && options.ngrams !== undefined)
    throw new UserError("--ngrams adds an n-gram classifier to probes on models: give --kind bilm or encoder with it.");
  const given = PARTS.filter((part) => options[part] !== undefined);
  if (given.join() === wanted.join()) return;
  const flags = (parts: readonly string[]) => parts.map((part) => `--${part} DIR`).join(" ") || "no model";
  throw new UserError(
    `A classifier of kind ${options.kind} reads ${flags(wanted)}; given was ${flags(given)}. Kinds: --kind ngram (no model), --kind bilm --left DIR --right DIR, --kind encoder --encoder DIR.`,
  );
}
