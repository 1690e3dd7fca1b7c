/**
 * @file What a policy says of a document: dropped or not, and which of its tokens are forget.
 *
 * The only way from scores to marks: exports (`export/`), counts (`counts.ts`) and our own trainer (`../view.ts`) all
 * come through here, so that they cannot disagree. A score meets its threshold in `../forget.ts`.
 */
import { isForget } from "../forget.js";
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
  const forget = isForget(scores, policy.threshold);
  closeGaps(forget, policy.closeGaps ?? 0);
  dilate(forget, policy.dilate ?? 0);
  return forget;
}

/** Whether a policy drops a document with this stored score, 0..255. */
export function isDropped({ method, threshold }: MarkingPolicy, documentScore: number): boolean {
  return method === "document" && isForget(Uint8Array.of(documentScore), threshold)[0] === 1;
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
  const forget = new Uint8Array(tokenScores.length);
  if (isExempt || policy.method === "none") return { isDropped: false, forget };
  if (policy.method === "document") return { isDropped: isDropped(policy, documentScore), forget };
  if (tokenScores.length > 1) forget.set(markContent(policy, tokenScores.subarray(0, -1)));
  return { isDropped: false, forget };
}
