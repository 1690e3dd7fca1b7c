/**
 * @file The classifier study as a graph of steps (paper section 5, Table 1, 6.1, 6.3): on the same labels and tokens
 *
 *     encoders, biLMs of every size, a biLM on an upsampled mix ----> classifiers ----+
 *     labels -> sentence, document, noisy labels -> the middle biLM -> classifiers ---+--> report
 *     labels -> one half -> weak classifier -> labels of the other -> strong biLM ----+
 *
 * All of it learns from the same documents and is judged on the same test rows.
 */
import { parameterCount } from "../../nn/index.js";
import { trainingSeconds } from "../../train/index.js";
import type { Artifact, RunStep } from "../steps.js";
import type { ClassifierStudyConfig } from "./config.js";

export interface ClassifierStudyInputs {
  /** Token shards, and labels of some of their documents. */
  tokens: string;
  labels: string;
  /** Rows of the tokenizer's embedding. */
  vocabulary: number;
}

interface Model {
  name: string;
  kind: "bilm" | "encoder";
  /** The models of a backbone, by the classifier stage's options. */
  paths: Partial<Record<"left" | "right" | "encoder", string>>;
}

/** Runs everything that is not yet there. @returns the report's artifact */
export async function runClassifierPipeline(
  config: ClassifierStudyConfig,
  inputs: ClassifierStudyInputs,
  step: RunStep,
  command?: string,
): Promise<Artifact> {
  const { seed, tokensPerParameter, upsample, upsampleShare, noise, share } = config;
  const { tokens, labels } = inputs;
  const middle = config.widths[Math.floor((config.widths.length - 1) / 2)];

  const pretrain = (id: string, width: number, perParameter: number, more: Record<string, unknown>) => {
    const { layers, headWidth, context, batch } = config;
    const size = { width, layers, heads: Math.max(1, Math.floor(width / headWidth)) };
    const parameters = parameterCount({ ...size, vocabulary: inputs.vocabulary, context, baseWidth: 1, ropeBase: 1 });
    const options = { tokens, ...size, context, batch, tokensPerParameter: perParameter, seed, ...more };
    const seconds = trainingSeconds(inputs.vocabulary, parameters, perParameter * parameters);
    return step({ id, stage: "pretrain", options, seconds, priority: 1 / parameters });
  };
  const biLm = async (name: string, id: string, width: number, more: Record<string, unknown> = {}): Promise<Model> => {
    const half = (direction: string) =>
      pretrain(`${id}-${direction}`, width, tokensPerParameter, { ...more, direction });
    const [left, right] = await Promise.all([half("forward"), half("reverse")]);
    return { name, kind: "bilm", paths: { left: left.path, right: right.path } };
  };
  const encoder = async (width: number, perParameter: number): Promise<Model> => {
    const model = await pretrain(`encoder-${width}`, width, perParameter, { objective: "masked" });
    return { name: `encoder-${width}`, kind: "encoder", paths: { encoder: model.path } };
  };

  const classifiers = new Map<string, string>();
  const learn = async (name: string, model: Model, learned = labels) => {
    const reference = learned === labels ? {} : { reference: labels };
    const options = {
      kind: model.kind,
      ...model.paths,
      labels: learned,
      ...reference,
      tokens,
      seed,
      ...config.classifier,
    };
    const id = `classifier-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
    const made = await step({ id, stage: "classifier", options, seconds: 40, priority: 3 });
    classifiers.set(name, made.path);
    return made.path;
  };
  const derive = async (id: string, options: Record<string, unknown>, from = labels) => {
    const all = { labels: from, tokens, seed, ...options };
    return (await step({ id, stage: "label-derive", options: all, seconds: 5, priority: 4 })).path;
  };

  // As many tokens as both halves of a biLM read together, so as much compute.
  const encoders = [encoder(middle, 2 * tokensPerParameter)];
  const mixed =
    upsample.length > 0
      ? [biLm(`upsampled-${middle}`, `upsampled-${middle}`, middle, { upsample, upsampleShare })]
      : [];
  const sizes = config.widths.map((width) => biLm(`biLM-${width}`, `bilm-${width}`, width));
  const backbones = [...encoders, ...sizes, ...mixed];

  const onMiddle = async () => {
    const model = await sizes[config.widths.indexOf(middle)];
    await Promise.all([
      ...(["sentence", "document"] as const).map(async (coarse) =>
        learn(`${coarse} labels`, model, await derive(`labels-${coarse}`, { coarsen: coarse, share })),
      ),
      ...noise.map(async (rate) => {
        const percent = Math.round(100 * rate);
        return learn(`${percent} % noise`, model, await derive(`labels-noise-${percent}`, { noise: rate }));
      }),
    ]);
  };
  const weakToStrong = async () => {
    const [weak, strong] = [await sizes[0], await sizes[sizes.length - 1]];
    const [first, second] = await Promise.all(
      (["first", "second"] as const).map((half) => derive(`labels-${half}`, { half })),
    );
    const teacher = await learn("weak", weak, first);
    const options = { classifier: teacher, labels, tokens };
    const taught = await step({ id: "labels-weak", stage: "label-classifier", options, seconds: 20, priority: 4 });
    const half = await derive("labels-weak-second", { half: "second" }, taught.path);
    await Promise.all([learn("strong", strong, second), learn("weak-to-strong", strong, half)]);
  };
  await Promise.all([
    ...backbones.map(async (model) => learn((await model).name, await model)),
    onMiddle(),
    weakToStrong(),
  ]);

  const names = namesInOrder(config, middle);
  const options = {
    classifiers: names.map((name) => classifiers.get(name)!),
    names,
    steps: comparisons(config, middle),
    ...{ weak: "weak", strong: "strong", student: "weak-to-strong" },
    ...{ seed, command },
  };
  return step({ id: "classifier-report", stage: "classifier-report", options, seconds: 20, priority: 1 });
}

function variants({ noise }: ClassifierStudyConfig): string[] {
  return ["sentence labels", "document labels", ...noise.map((rate) => `${Math.round(100 * rate)} % noise`)];
}

/** Rows of the table. */
function namesInOrder(config: ClassifierStudyConfig, middle: number): string[] {
  return [
    `encoder-${middle}`,
    ...config.widths.map((width) => `biLM-${width}`),
    ...(config.upsample.length > 0 ? [`upsampled-${middle}`] : []),
    ...variants(config),
    ...["weak", "weak-to-strong", "strong"],
  ];
}

/** The steps the paper takes, from each to the next. */
function comparisons(config: ClassifierStudyConfig, middle: number): string[] {
  const { widths, upsample } = config;
  return [
    `encoder-${middle}:biLM-${middle}`,
    ...(upsample.length > 0 ? [`biLM-${middle}:upsampled-${middle}`] : []),
    ...widths.slice(1).map((width, index) => `biLM-${widths[index]}:biLM-${width}`),
    ...variants(config).map((variant) => `biLM-${middle}:${variant}`),
    ...["weak:weak-to-strong", "weak-to-strong:strong"],
  ];
}
