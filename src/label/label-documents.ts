/** @file Applies the rule to documents: activations of kept latents in, token and document labels out. */

import { readActivations } from "./activations.js";
import type { Annotator } from "./annotator.js";
import { type DocumentSet, specialMask } from "./documents.js";
import { countActive, labelDocument, labelTokens, type Rule } from "./rule.js";
import type { SaeConfig, SaeRunner } from "./sae-files.js";

export interface Labels {
  /** 1 = forget, one per token of all documents, one after another. */
  tokens: Uint8Array<ArrayBuffer>;
  /** 1 = forget, one per document. */
  documents: Uint8Array<ArrayBuffer>;
}

/** Kept latents only: an SAE restricted to them (see restrictSae), and the activations from which each is strong. */
export interface KeptLatents {
  runner: SaeRunner;
  config: SaeConfig;
  thresholds: Float64Array;
}

/** Labels documents. With no kept latents everything is retain. */
export async function labelDocuments(
  annotator: Annotator,
  kept: KeptLatents | undefined,
  { documents, specials }: DocumentSet,
  rule: Rule,
  documentShare: number,
  onLabelled: (documents: number) => void = () => {},
): Promise<Labels> {
  const length = documents.reduce((sum, tokens) => sum + tokens.length, 0);
  const labels = { tokens: new Uint8Array(length), documents: new Uint8Array(documents.length) };
  if (!kept) return labels;
  let offset = 0;
  for await (const { document, active } of readActivations(annotator, kept.runner, kept.config, documents)) {
    const isSpecial = specialMask(documents[document], specials);
    const here = labelTokens(countActive(active, kept.thresholds), isSpecial, rule);
    labels.tokens.set(here, offset);
    labels.documents[document] = labelDocument(here, isSpecial, documentShare);
    offset += here.length;
    onLabelled(document + 1);
  }
  return labels;
}
