/**
 * @file Label noise: every label is flipped with one probability, once and for all (paper 6.1).
 *
 * Which labels flip follows from the seed and the document's id, so a token keeps its flip in every epoch, sample and order
 * of documents (the reference draws anew at every fetch). Labels right with accuracy a are wrong, after flips at rate r,
 * with probability 1 - (r + a (1 - 2 r)).
 */
import { random } from "../../base/random.js";
import { UNKNOWN_LABEL } from "../../label/index.js";

/** Flips labels of one document. @param isFixed - 1 where a label stays: special tokens @returns tokens' and document's labels */
export function flipLabels(
  id: string,
  labels: { tokens: Uint8Array; document: number },
  isFixed: Uint8Array,
  { rate, seed }: { rate: number; seed: number },
): { tokens: Uint8Array; document: number } {
  const draw = random(seed, `label noise:${id}`);
  // The document's draw comes first, and every token has one: what a flip is does not depend on other labels.
  const flip = (label: number, isFlipped: boolean) => (isFlipped && label !== UNKNOWN_LABEL ? 1 - label : label);
  const document = flip(labels.document, draw.uniform() < rate);
  const tokens = labels.tokens.map((label, token) => flip(label, draw.uniform() < rate && isFixed[token] === 0));
  return { tokens, document };
}

/** Share of labels that are wrong when labels of this accuracy are flipped at this rate. Both in [0, 1]. */
export function errorAfterFlips(accuracy: number, rate: number): number {
  return 1 - (rate + accuracy * (1 - 2 * rate));
}
