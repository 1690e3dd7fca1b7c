/**
 * @file A study's trained models as a series: what later commands ask, attack and align.
 *
 * Arms and sizes are those of study.json; models are read from the steps' manifests, so a study in progress gives those
 * it has finished. Of several seeds the first is taken, and controls are left out: they tell what a loss means, and
 * nobody would use them.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files.js";
import { readManifest } from "../base/stage.js";
import { type Arm, isControl } from "./arms.js";
import { StudyConfig } from "./config.js";
import { gridSizes, seedsOf } from "./ladder.js";
import { STUDY_FILE } from "./steps.js";

/** One model of the ladder. */
export interface SeriesModel {
  /** Name of its arm. */
  arm: string;
  method: Arm["method"];
  /** "40x2": width and layers. */
  size: string;
  /** Embedding counted once. */
  parameters: number;
  /** Its directory. */
  path: string;
}

export interface Series {
  /** Token shards that all of them were trained on. */
  tokens: string;
  /** By rising parameters, then in the order of arms. */
  models: SeriesModel[];
}

/** What a key adds to the name of a step's folder. */
const KEY = /^-[0-9a-f]{10}$/;

/** @throws UserError when the folder is no study, has no finished model, or has been used for several studies */
export function readSeries(study: string): Series {
  const [file, steps] = [join(study, STUDY_FILE), join(study, "steps")];
  if (!existsSync(file) || !existsSync(steps))
    throw new UserError(`${study} is not a study: it has no ${STUDY_FILE} with steps. Give its --out folder.`);
  const config = readJson(file, StudyConfig);
  const names = readdirSync(steps).sort();
  const models = gridSizes(config)
    .filter(({ isLadder }) => isLadder)
    .flatMap((size) =>
      config.arms
        .filter((arm) => !isControl(arm))
        .flatMap((arm) => {
          const [seed] = seedsOf(config, arm, size);
          if (seed === undefined) return [];
          const id = `train-${arm.name}-${size.name}-s${seed}`;
          const found = names.filter((name) => name.startsWith(id) && KEY.test(name.slice(id.length)));
          return found.map((name) => modelAt(join(steps, name), arm, size.name));
        }),
    );
  if (models.length === 0)
    throw new UserError(`${study} has no trained model yet. Run its study first, or wait for it.`);
  const prints = [...new Set(models.map(({ tokens }) => tokens))];
  const cells = new Set(models.map(({ arm, size }) => `${arm}-${size}`));
  if (prints.length > 1 || cells.size < models.length) {
    throw new UserError(
      `${study} holds models of several studies (${models.length} models of ${cells.size} kinds, ${prints.length} token shards). Run the one you mean into a folder of its own.`,
    );
  }
  const tokens = names
    .filter((name) => name.startsWith("tokenize") && KEY.test(name.slice("tokenize".length)))
    .map((name) => join(steps, name))
    .find((path) => readManifest(path, "tokenize").fingerprint === prints[0]);
  if (!tokens) throw new UserError(`${study} does not hold the token shards that its models were trained on.`);
  return { tokens, models: models.map(({ tokens: _, ...model }) => model) };
}

function modelAt(path: string, { name, method }: Arm, size: string): SeriesModel & { tokens: string } {
  const { inputs } = readManifest(path, "pretrain");
  const { parameters } = readJson(join(path, "training.json"), z.object({ parameters: z.number() }).loose());
  return { arm: name, method, size, parameters, path, tokens: inputs.tokens[0].fingerprint };
}

/** The corpus whose training split the models of a study read. @throws UserError when the study no longer holds it */
export function readSeriesCorpus(study: string, { tokens }: Series): string {
  const { fingerprint } = readManifest(tokens, "tokenize").inputs.corpus[0];
  const steps = join(study, "steps");
  const corpus = readdirSync(steps)
    .filter((name) => /^corpus-[0-9a-f]+$/.test(name))
    .map((name) => join(steps, name))
    .find((path) => readManifest(path, "corpus").fingerprint === fingerprint);
  if (!corpus)
    throw new UserError(`${study} does not hold the corpus that ${tokens} was made of. Run the study again.`);
  return corpus;
}

/**
 * @param path - the file that holds the cells, for the message
 * @param cells - of an earlier command, one or more per size
 * @throws UserError unless the cells are of models of the same sizes as the series
 */
export function requireSameSizes(
  path: string,
  cells: readonly Pick<SeriesModel, "size" | "parameters">[],
  { models }: Pick<Series, "models">,
): void {
  const sizesOf = (list: readonly Pick<SeriesModel, "size" | "parameters">[]) =>
    [
      ...new Set(list.map(({ size, parameters }) => `${size} (${parameters.toLocaleString("en-US")} parameters)`)),
    ].sort();
  const [found, wanted] = [sizesOf(cells), sizesOf(models)];
  if (found.join() === wanted.join()) return;
  throw new UserError(
    `${path} is of other models than the study. It has: ${found.join("; ") || "none"}. The study has: ${wanted.join("; ")}. Give the file that was made of this study, or make it again.`,
  );
}
