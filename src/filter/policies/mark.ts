/**
 * @file What a policy says of a document: dropped or not, and which of its tokens are forget.
 *
 * The only way from scores to marks: exports (`export/`), counts (`counts.ts`) and our own trainer (`../view.ts`) all
 * come through here, so that they cannot disagree. A score meets its threshold in `../forget.ts`.
 */
import { countForget, isForget, reaches } from "../forget.js";
import type { Policy } from "../policy.js";
import { closeGaps, dilate } from "./smooth.js";
import type { Marks } from "./types.js";

/** The part of a policy that decides about tokens. Smoothing may be left out: none. */
export type MarkingPolicy = Pick<Policy, "method" | "threshold"> & Partial<Pick<Policy, "closeGaps" | "dilate">>;

/**
 * Marks the forget tokens of one document: at or above the threshold, then gaps closed, then spans dilated.
 *
 * @param scores - stored scores 0..255 of its content, without the end-of-text, shape [content]
 * @returns 1 where forget, shape [content]
 */
export function markContent(policy: MarkingPolicy, scores: Uint8Array): Uint8Array<ArrayBuffer> {
  return smooth(policy, isForget(scores, policy.threshold));
}

function smooth<Marked extends Uint8Array>(policy: MarkingPolicy, forget: Marked): Marked {
  closeGaps(forget, policy.closeGaps ?? 0);
  dilate(forget, policy.dilate ?? 0);
  return forget;
}

/** Whether a policy drops a document with this stored score, 0..255. */
export function isDropped({ method, threshold }: MarkingPolicy, documentScore: number): boolean {
  return method === "document" && reaches(documentScore, threshold);
}

/**
 * What a policy says of one document. Under `none`, `document` or an exemption no token is forget.
 *
 * @param tokenScores - stored scores 0..255 of all its tokens, the last being end-of-text, which is never forget
 * @param documentScore - its stored score, 0..255
 * @param isExempt - whether the policy never touches it
 */
export function markDocument(
  policy: MarkingPolicy,
  tokenScores: Uint8Array,
  documentScore: number,
  isExempt: boolean,
): Marks {
  if (isExempt || (policy.method !== "mask" && policy.method !== "remove")) {
    return { isDropped: !isExempt && isDropped(policy, documentScore), forget: new Uint8Array(tokenScores.length) };
  }
  const forget = isForget(tokenScores, policy.threshold);
  if (forget.length > 0) forget[forget.length - 1] = 0;
  smooth(policy, forget.subarray(0, -1));
  return { isDropped: false, forget };
}

/**
 * How many tokens of a document a policy masks or removes: the ones in `markDocument`, counted without marking them
 * where nothing is smoothed. The document is [start, end) of the scores.
 */
export function countMarked(policy: MarkingPolicy, scores: Uint8Array, start: number, end: number): number {
  if (policy.method !== "mask" && policy.method !== "remove") return 0;
  const count = countForget(scores, policy.threshold, start, end - 1);
  if (count === 0 || (!policy.closeGaps && !policy.dilate)) return count;
  return sumOf(markContent(policy, scores.subarray(start, end - 1)));
}

/** Marks set. */
export function sumOf(marks: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < marks.length; i++) sum += marks[i];
  return sum;
}
