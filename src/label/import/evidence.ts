/**
 * @file Evidence made elsewhere in place of contexts of our own reading: a Neuronpedia source or a delphi cache.
 *
 * What the labelling rule needs (mean, standard deviation) is measured on our own reference set all the same: a dump
 * does not hold it, and a cache was made on other text.
 */
import { existsSync, readdirSync } from "node:fs";
import { UserError } from "../../base/errors.js";
import { openTextCodec } from "../../models/index.js";
import type { ContextOptions } from "../calibrate.js";
import type { LatentContext } from "../contexts.js";
import { delphiEvidence, openDelphi } from "./delphi.js";
import { readNeuronpedia } from "./neuronpedia.js";

export interface ImportedEvidence {
  from: "delphi" | "neuronpedia";
  /** By latent; empty when only explanations were given. */
  contexts: Map<number, LatentContext[]>;
  /** The first one of each latent that has any. */
  explanations: Map<number, string>;
  /** Lines that were not as expected. */
  badLines: number;
}

export interface ImportOptions extends ContextOptions {
  /** Directory of the model, for its tokenizer. */
  model: string;
  /** Tokens that never count, BOS among them. */
  specials: ReadonlySet<number>;
  /** Latents of the SAE. */
  latents: number;
}

/** Reads a folder of either kind. @throws UserError when it is neither, or of an SAE with more latents */
export async function readEvidence(directory: string, options: ImportOptions): Promise<ImportedEvidence> {
  if (!existsSync(directory)) throw new UserError(`${directory} is not there. Give a folder of evidence.`);
  const isDelphi = readdirSync(directory).some((file) => /^\d+_\d+\.safetensors$/.test(file));
  const imported = isDelphi ? fromDelphi(directory, options) : await fromNeuronpedia(directory, options);
  const highest = Math.max(...imported.contexts.keys(), ...imported.explanations.keys());
  if (highest >= options.latents)
    throw new UserError(
      `${directory} has evidence of latent ${highest}, the autoencoder has ${options.latents} latents. Give the evidence of this one.`,
    );
  return imported;
}

function fromDelphi(directory: string, options: ImportOptions): ImportedEvidence {
  const { decode } = openTextCodec(options.model);
  const contexts = new Map<number, LatentContext[]>();
  for (const evidence of delphiEvidence(openDelphi(directory), options.specials, { ...options, decode }))
    contexts.set(evidence.latent, evidence.contexts);
  return { from: "delphi", contexts, explanations: new Map(), badLines: 0 };
}

async function fromNeuronpedia(directory: string, options: ImportOptions): Promise<ImportedEvidence> {
  const { latents, badLines } = await readNeuronpedia(directory, options);
  const [contexts, explanations] = [new Map<number, LatentContext[]>(), new Map<number, string>()];
  for (const { evidence, explanations: given } of latents) {
    if (evidence.contexts.length > 0) contexts.set(evidence.latent, evidence.contexts);
    if (given.length > 0) explanations.set(evidence.latent, given[0].text);
  }
  return { from: "neuronpedia", contexts, explanations, badLines };
}

/** Share of all contexts in which `isMatch` finds something: of no latent in particular, so what chance alone gives. */
export function matchingShare({ contexts }: ImportedEvidence, isMatch: (text: string) => boolean): number {
  const texts = [...contexts.values()].flat().map(({ before, token, after }) => before + token + after);
  return texts.length > 0 ? texts.filter(isMatch).length / texts.length : 0;
}
