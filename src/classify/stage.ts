/**
 * @file The `classifier` stage: probes on a trained biLM or encoder, from labels.
 *
 * Train documents fit, validation documents decide, test documents are read once, when nothing is left to decide.
 * The result holds copies of the models and the tokenizer, so that it scores a corpus on its own.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { grouped, UserError } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import { defineStage } from "../base/stage.js";
import { parameterCount } from "../nn/index.js";
import { copyTokenizer, loadTokenizer, requireSameTokenizer } from "../tokens/index.js";
import { featureWidths, openBackbone, PARTS, releaseBackbone } from "./backbone.js";
import { type ClassifierFile, writeClassifier } from "./classifier-file.js";
import { scoringFlops, trainingFlops } from "./cost.js";
import { type Fitted, fitProbe, type Granularity, rowsOf } from "./fit.js";
import { type JudgedSplit, probeFile, rowsToKeep, standardsOf, summaryOf } from "./judge.js";
import { type LabelledDocuments, readLabelled } from "./labelled.js";
import { planSample, readSample, type Sample } from "./samples.js";
import { writeTestRows } from "./test-rows.js";

export const ClassifierOptions = z.object({
  left: z.string().optional().describe("model that reads forward (lacuna pretrain --direction forward)"),
  right: z.string().optional().describe("model that reads in reverse (lacuna pretrain --direction reverse)"),
  encoder: z.string().optional().describe("instead of both: an encoder (lacuna pretrain --objective masked)"),
  labels: z.string().describe("labels (lacuna label)"),
  reference: z
    .string()
    .optional()
    .describe(
      "other labels of the same tokens to measure against beside these, e.g. gold ones for weak; they choose nothing",
    ),
  tokens: z.string().describe("token shards the labels belong to (lacuna tokenize)"),
  strengths: z
    .array(z.number().positive())
    .min(1)
    .default([0.1, 1, 10])
    .describe("penalties to try, as in strength/2 |w|^2 + sum of logloss (1/C of scikit-learn)"),
  layers: z.array(z.int().nonnegative()).default([]).describe("layers to try, 0 = embedding; none given tries all"),
  maxTokens: z.int().positive().default(60_000).describe("tokens the probe is fitted on; half as many decide and test"),
  readTokens: z
    .int()
    .positive()
    .default(500_000)
    .describe("tokens read per split at most; all their documents feed the document probe"),
  seed: z.int().default(1).describe("seed of the documents and tokens drawn"),
});

/** Trains and measures a classifier. */
export const classifierStage = defineStage({
  name: "classifier",
  summary: "Fit token and document probes on a biLM's (or an encoder's) states and measure them",
  why: "A cheap probe carries labels on a sample over to every token of the corpus",
  examples: [
    "lacuna classifier --left runs/demo/left --right runs/demo/right --labels runs/demo/labels --tokens runs/demo/tokens --out runs/demo/classifier",
    "lacuna classifier --left runs/demo/left --right runs/demo/right --labels runs/demo/labels --tokens runs/demo/tokens --layers 2 --strengths 0.01 1 100 --out runs/demo/classifier-2",
    "lacuna classifier --encoder runs/encoder --labels runs/demo/labels --tokens runs/demo/tokens --out runs/demo/classifier-encoder",
  ],
  version: 3,
  options: ClassifierOptions,
  inputs: ["left", "right", "encoder", "labels", "reference", "tokens"],
  async run(options, { out, progress, threads }) {
    const tokenizer = loadTokenizer(options.tokens);
    const [train, validation] = (["train", "validation"] as const).map((split) =>
      readLabelled(options.labels, options.tokens, split),
    );
    const backbone = openBackbone(options, threads);
    try {
      const given = PARTS.flatMap((part) => (options[part] === undefined ? [] : [[part, options[part]] as const]));
      const [[, first]] = given;
      requireSameTokenizer(
        { what: `The model ${first}`, fingerprint: loadTokenizer(first).fingerprint },
        { what: `these tokens (${options.tokens})`, fingerprint: tokenizer.fingerprint },
        "Pretrain on these tokens: lacuna pretrain.",
      );
      const configs = backbone.readers.map(({ model }) => model.config);
      const depth = configs[0].layers;
      const layers = options.layers.length > 0 ? options.layers : Array.from({ length: depth + 1 }, (_, k) => k);
      if (layers.some((layer) => layer > depth)) {
        throw new UserError(`--layers ${layers.join(" ")}: ${first} has layers 0 (embedding) to ${depth}.`);
      }
      const specials = new Set(Object.values(tokenizer.specials));
      const read = (split: LabelledDocuments, wanted: readonly number[], share: number) => {
        const size = {
          tokens: Math.ceil(options.maxTokens * share),
          readTokens: Math.ceil(options.readTokens * share),
        };
        const plan = planSample(split, specials, { ...size, seed: options.seed });
        const total = plan.documents.reduce((sum, index) => sum + split.documents[index].length, 0);
        return readSample(backbone, split, plan, wanted, specials, (done) =>
          progress({ done, total, unit: "tokens", detail: `reading ${split.split}` }),
        );
      };
      const samples = { train: await read(train, layers, 1), validation: await read(validation, layers, 0.5) };
      const fits = { count: 0, total: 2 * layers.length * new Set(options.strengths).size };
      const fitted = {
        token: fitOne("token", samples, options, fits, progress),
        document: fitOne("document", samples, options, fits, progress),
      };
      // Everything is decided; now the test documents are read.
      const test = readLabelled(options.labels, options.tokens, "test");
      const testLayers = [...new Set([fitted.token.layer, fitted.document.layer])];
      const judge = (split: LabelledDocuments, sample: Sample): JudgedSplit => {
        return { split, sample, standards: standardsOf(split, options) };
      };
      const judged = [judge(validation, samples.validation), judge(test, await read(test, testLayers, 0.5))] as const;
      const widths = featureWidths(backbone);
      const described = (granularity: Granularity) => {
        const probe = probeFile(fitted[granularity], granularity, judged);
        return { ...probe, flopsPerToken: scoringFlops(configs, probe.layer) };
      };
      const file: ClassifierFile = {
        domain: train.domain,
        tokenizer: tokenizer.fingerprint,
        widths: Object.fromEntries(given.map(([part], k) => [part, widths[k]])) as ClassifierFile["widths"],
        models: {
          parameters: configs.reduce((sum, config) => sum + parameterCount(config), 0),
          trainingFlops: trainingFlops(given.map(([, directory]) => directory)),
        },
        token: described("token"),
        document: described("document"),
      };
      await writeClassifier(out, file, { token: fitted.token.probe, document: fitted.document.probe });
      const [token, document] = (["token", "document"] as const).map((granularity) =>
        rowsToKeep(fitted[granularity], granularity, judged[1]),
      );
      await writeTestRows(out, { token, document, sources: test.sources }, tokenizer.fingerprint);
      await copyTokenizer(options.tokens, out);
      for (const [part, directory] of given) await copyModel(directory, join(out, part));
      return { domain: file.domain, token: summaryOf(file.token), document: summaryOf(file.document) };
    } finally {
      await releaseBackbone(backbone);
    }
  },
});

function fitOne(
  granularity: Granularity,
  samples: { train: Sample; validation: Sample },
  { labels, strengths }: z.infer<typeof ClassifierOptions>,
  fits: { count: number; total: number },
  progress: Progress,
): Fitted {
  const rows = { train: rowsOf(samples.train, granularity), validation: rowsOf(samples.validation, granularity) };
  for (const [split, { labels: ones }] of Object.entries(rows)) {
    const forget = ones.reduce((sum, label) => sum + label, 0);
    if (forget > 0 && forget < ones.length) continue;
    throw new UserError(
      `Of ${grouped(ones.length)} sampled ${split} ${granularity}s in ${labels} ${grouped(forget)} are forget; a probe needs both kinds. Label more documents (lacuna label --documents), or mend the domain's lexicon.`,
    );
  }
  return fitProbe(rows.train, rows.validation, strengths, ({ layer, averagePrecision }) => {
    const detail = `${granularity} probe, layer ${layer}: average precision ${averagePrecision.toFixed(3)}`;
    progress({ done: ++fits.count, total: fits.total, unit: "fits", detail });
  });
}

async function copyModel(from: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  for (const name of ["config.json", "model.safetensors"]) copyFileSync(join(from, name), join(to, name));
  await copyTokenizer(from, to);
}
