/**
 * @file A document as exports see it, and how its tokens are arranged for a trainer.
 *
 * Arrays speak about the tokens of the target tokenizer; the last token is end-of-text and is never masked. A text that
 * the tokenizer makes nothing of is a document all the same: its end-of-text alone. `lossMask`
 * speaks about a token as a *target*, as in `../view.ts`: 1 when the loss of predicting it counts.
 */
import type { Replacement } from "./combine.js";

/** What one policy says of a document, in the tokens it was scored in. */
export interface PolicyView {
  domain: string;
  isDropped: boolean;
  /** 0..255. */
  documentScore: number;
  /** 1 where forget, shape [scored tokens], end-of-text included. */
  forget: Uint8Array;
  /** 0..255, shape [scored tokens]. */
  scores: Uint8Array;
  /** Byte offset at which each scored token ends; end-of-text repeats the last. Worked out when first asked for. */
  ends(): Uint32Array;
}

export interface DocumentView {
  id: string;
  source: string;
  shard: number;
  /** Record number in the input file. */
  row: number;
  text: string;
  isDropped: boolean;
  replacement: Replacement;
  /** Ids in the target tokenizer, what the tokenizer puts around the text included, the last one end-of-text, shape [tokens]. */
  tokens: Uint32Array;
  /** Tokens in front of the text: beginning-of-text, an input and no target. */
  before: number;
  /** Tokens of the text. */
  content: number;
  /** UTF-8 byte offset at which each token ends, shape [tokens]; end-of-text repeats the last. As with policies. */
  ends(): Uint32Array;
  /** 1 where the token is no trained target: forget under mask or remove, shape [tokens]. */
  masked: Uint8Array;
  /** 1 where the input is taken out: forget under remove, shape [tokens]. */
  removed: Uint8Array;
  /** Highest score of the mask and remove policies that may touch this document, 0..255; 255 in front of the text; shape [tokens]. */
  scores: Uint8Array;
  policies: PolicyView[];
}

/** A document as a trainer reads it. */
export interface Arranged {
  /** Input ids, shape [positions]. */
  inputs: Uint32Array;
  /** 1 where the token is counted when it is the target, shape [positions]. */
  lossMask: Uint8Array;
  /** Scores of the same positions; 255 where `<|hidden|>` stands. */
  scores: Uint8Array;
}

/**
 * Puts `<|hidden|>` or nothing in place of removed tokens. `<|hidden|>` is never a trained target. The view's own
 * `tokens` become the inputs, as a copy of a long document's would be its largest array: call this once, and last.
 *
 * @param hidden - id of `<|hidden|>` in the target tokenizer
 */
export function arrange(view: DocumentView, hidden: number): Arranged {
  const { tokens, before, masked, removed, scores, replacement } = view;
  const lossMask = new Uint8Array(tokens.length);
  for (let i = before; i < tokens.length; i++) lossMask[i] = 1 - masked[i];
  if (!removed.includes(1)) return { inputs: tokens, lossMask, scores };
  const kept = scores.slice();
  let length = 0;
  for (let i = 0; i < tokens.length; i++) {
    const isHidden = removed[i] === 1;
    if (isHidden && replacement === "nothing") continue;
    if (isHidden && replacement === "one-hidden" && i > 0 && removed[i - 1] === 1) continue;
    tokens[length] = isHidden ? hidden : tokens[i];
    kept[length] = isHidden ? 255 : scores[i];
    lossMask[length++] = isHidden || i < before ? 0 : 1 - masked[i];
  }
  return {
    inputs: tokens.subarray(0, length),
    lossMask: lossMask.subarray(0, length),
    scores: kept.subarray(0, length),
  };
}
