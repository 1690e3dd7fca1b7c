/** @file Applies the rule to documents: activations of kept latents in, labels of tokens and documents and their spans out. */
import type { DocumentActivations } from "../models/index.js";
import { specialMask } from "./documents.js";
import type { ModelDocuments } from "./model-documents.js";
import { type LabelledSpan, labelledSpans } from "./provenance.js";
import { countActive, labelDocument, labelTokens, type Rule } from "./rule.js";

export interface Labels {
  /** 1 = forget, one per token of all documents, one after another. */
  tokens: Uint8Array<ArrayBuffer>;
  /** 1 = forget, one per document. */
  documents: Uint8Array<ArrayBuffer>;
}

export interface KeptLatents {
  /** Their numbers among all. */
  keep: Uint32Array;
  /** Activation from which each is strong. */
  thresholds: Float64Array;
}

/** Documents to label: in the shard's tokens, whose labels are wanted, and in the model's. */
export interface DocumentsToLabel {
  shard: readonly Uint32Array[];
  /** Ids of the shard's special tokens. */
  specials: ReadonlySet<number>;
  model: ModelDocuments;
}

/**
 * Labels documents. The rule is applied to the model's tokens; labels are the shard's.
 *
 * @param activations - of the kept latents, numbered as in `kept`, document by document in order
 * @returns spans: per document
 */
export async function labelDocuments(
  activations: AsyncIterable<DocumentActivations>,
  kept: KeptLatents,
  { shard, specials, model }: DocumentsToLabel,
  rule: Rule,
  documentShare: number,
): Promise<{ labels: Labels; spans: LabelledSpan[][] }> {
  const length = shard.reduce((sum, tokens) => sum + tokens.length, 0);
  const labels = { tokens: new Uint8Array(length), documents: new Uint8Array(shard.length) };
  const spans: LabelledSpan[][] = [];
  let offset = 0;
  for await (const { document, active } of activations) {
    const isSpecial = specialMask(model.documents[document], model.specials);
    const read = labelTokens(countActive(active, kept.thresholds), isSpecial, rule);
    const here = model.toShard(document, read);
    labels.tokens.set(here, offset);
    labels.documents[document] = labelDocument(here, specialMask(shard[document], specials), documentShare);
    spans.push(labelledSpans(read, model.ends(document), active, kept, rule));
    offset += here.length;
  }
  return { labels, spans };
}
