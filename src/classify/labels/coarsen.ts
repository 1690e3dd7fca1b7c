/**
 * @file Coarse labels: a label of a sentence or document, given to all its tokens (paper 6.3).
 *
 * Made from token labels, so that nothing differs from them but how fine they are. A judge's own coarse labels come from
 * `npx lacuna label-text`.
 */
import { type DocumentText, documentLabel, sentencesOf } from "../../label/index.js";

export const COARSE = ["sentence", "document"] as const;
export type Coarse = (typeof COARSE)[number];

/**
 * A document's token labels, each the label of its piece: forget from `share` of the piece's known tokens, unknown where none
 * is known. Special tokens are retain.
 *
 * @param labels - 1 = forget, 0 = retain, 255 = unknown, per token
 */
export function coarsen(labels: Uint8Array, document: DocumentText, coarse: Coarse, share: number): Uint8Array {
  const pieces = coarse === "sentence" ? pieceEnds(document) : [labels.length];
  const result = new Uint8Array(labels.length);
  let start = 0;
  for (const end of pieces) {
    const label = documentLabel(labels.subarray(start, end), document.isSpecial.subarray(start, end), share);
    for (let token = start; token < end; token++) result[token] = document.isSpecial[token] === 1 ? 0 : label;
    start = end;
  }
  return result;
}

/** For each sentence, one behind its last token; a token is of the sentence in which it ends. Covers all tokens. */
function pieceEnds({ text, ends }: DocumentText): number[] {
  const pieces: number[] = [];
  let byte = 0;
  let token = 0;
  for (const { start, end } of sentencesOf(text)) {
    byte += Buffer.byteLength(text.slice(start, end));
    while (token < ends.length && ends[token] <= byte) token++;
    pieces.push(token);
  }
  return [...pieces.slice(0, -1), ends.length];
}
