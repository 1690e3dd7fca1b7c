/** @file How labels compare with those they were made from, or with better ones. */
import { type Labels, UNKNOWN_LABEL } from "../../label/index.js";

export interface LabelComparison {
  /** Labelled documents, and known tokens of them. */
  documents: number;
  tokens: number;
  forgetTokens: number;
  forgetDocuments: number;
  /** Share of tokens, and of documents, on which both agree; of those both know. Null where there are none. */
  tokenAgreement: number | null;
  documentAgreement: number | null;
}

export function compareLabels(labels: Labels, others: { tokens: Uint8Array; documents: Uint8Array }): LabelComparison {
  const count = (values: Uint8Array, wanted: (label: number) => boolean) =>
    values.reduce((sum, label) => sum + (wanted(label) ? 1 : 0), 0);
  const isKnown = (label: number) => label !== UNKNOWN_LABEL;
  return {
    documents: count(labels.documents, isKnown),
    tokens: count(labels.tokens, isKnown),
    forgetTokens: count(labels.tokens, (label) => label === 1),
    forgetDocuments: count(labels.documents, (label) => label === 1),
    tokenAgreement: agreement(labels.tokens, others.tokens),
    documentAgreement: agreement(labels.documents, others.documents),
  };
}

function agreement(a: Uint8Array, b: Uint8Array): number | null {
  let [known, same] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === UNKNOWN_LABEL || b[i] === UNKNOWN_LABEL) continue;
    known++;
    if (a[i] === b[i]) same++;
  }
  return known === 0 ? null : same / known;
}
