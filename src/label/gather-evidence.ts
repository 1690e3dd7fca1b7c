/**
 * @file What a judge is given of each latent, and what the rule needs of it.
 *
 * Statistics are always measured on the documents of the train split that are labelled. Contexts come from there too, or
 * from evidence made elsewhere; explanations that come with it are used, and tested on passages of our own.
 */
import { baseRate, type Calibration, calibrate } from "./calibrate.js";
import type { Domain } from "./domain.js";
import { type ImportedEvidence, matchingShare, readEvidence } from "./import/index.js";
import type { LabelSample } from "./label-sample.js";
import type { LatentReader } from "./latent-reader.js";
import { compileLexicon } from "./lexicon.js";
import type { LatentsToJudge } from "./llm/latents.js";

export interface EvidenceOptions {
  /** A Neuronpedia source's folder or a delphi cache. */
  evidence?: string;
  model: string;
  contexts: number;
  reach: number;
  seed: number;
}

export interface GatheredEvidence {
  statistics: Calibration["statistics"];
  work: LatentsToJudge;
  /** For the manifest: where evidence came from, if not from here. */
  report: { evidence?: { from: string; contexts: number; explanations: number; badLines: number } };
}

/** Reads the train split's documents with all latents. */
export async function gatherEvidence(
  sample: LabelSample,
  reader: LatentReader,
  domain: Domain,
  options: EvidenceOptions,
): Promise<GatheredEvidence> {
  const { model: set } = sample.documents("train");
  const imported = await importEvidence(reader, options);
  const { statistics, evidence: own, silent } = await calibrate(sample.read("train"), reader.latents, set, options);
  const lexicon = compileLexicon(domain.lexicon);
  const isMatch = (text: string) => lexicon(text).length > 0;
  // A source of explanations alone goes with contexts of our own.
  const foreign = imported && imported.contexts.size > 0 ? imported : undefined;
  const evidence = foreign ? own.map((item) => ({ ...item, contexts: foreign.contexts.get(item.latent) ?? [] })) : own;
  const chance = foreign ? matchingShare(foreign, isMatch) : baseRate(set, options.reach, isMatch, options.seed);
  const explanations = imported?.explanations;
  return {
    statistics,
    work: { evidence, domain, baseRate: chance, silent, explanations, tested: own },
    report: imported ? { evidence: summary(imported) } : {},
  };
}

const summary = ({ from, contexts, explanations, badLines }: ImportedEvidence) => ({
  ...{ from, contexts: contexts.size, explanations: explanations.size, badLines },
});

async function importEvidence(reader: LatentReader, options: EvidenceOptions) {
  if (options.evidence === undefined) return undefined;
  const bos = reader.about.beginOfText;
  const specials = new Set(bos === null ? [] : [bos]);
  return readEvidence(options.evidence, { ...options, latents: reader.latents, specials });
}
