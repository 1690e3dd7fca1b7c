/**
 * @file Views: what a trainer sees of a corpus under a policy.
 *
 * Arrays stay aligned with the token shard. Position i of `lossMask` speaks about token i as a *target*: a trainer that
 * predicts token i from the inputs before it counts that loss iff lossMask[i] is 1. So under masking the loss of
 * position i - 1 drops when token i is forget, and the retain token right after a forget span is trained.
 * Batching, windows, direction and delayed starts are the trainer's; see `firstFilteredStep` in `policy.ts`.
 */
import { UserError } from "../base/errors.js";
import { isDropped, type MarkingPolicy, markContent } from "./policies/mark.js";
import type { Policy } from "./policy.js";

/** Ids a view must know: end-of-text is never forget, `<|hidden|>` never trained. */
export interface ViewSpecials {
  endOfText: number;
  hidden: number;
}

export interface View {
  /** Input ids, shape [tokens]; under remove, forget tokens are `<|hidden|>`. Targets are the original tokens. */
  inputs: Uint32Array;
  /** 1 where the token is trained when it is the target, shape [tokens]. */
  lossMask: Uint8Array;
  /** Indices of the documents that are present, ascending; fewer than all only under document. */
  keptDocuments: Uint32Array;
}

/** The part of a policy that makes a view; what is left out has its default. */
export type ViewPolicy = MarkingPolicy & Partial<Pick<Policy, "replacement">>;

/**
 * The view of one shard under a policy (paper 3.1), document by document as `policies/mark.ts` decides.
 *
 * @param tokens - ids, shape [tokens]
 * @param scores - stored token scores 0..255, shape [tokens]; not needed by none and document
 * @param documentScores - stored document scores 0..255, shape [documents]; needed by document only
 * @param documentOffsets - first token of each document and the end of the last, shape [documents + 1]
 * @throws UserError when the policy's replacement would shorten documents
 */
export function viewOf(
  policy: ViewPolicy,
  tokens: Uint32Array,
  scores: Uint8Array | undefined,
  documentScores: Uint8Array | undefined,
  documentOffsets: ArrayLike<number>,
  { endOfText, hidden }: ViewSpecials,
): View {
  requireAligned(policy);
  const documents = documentOffsets.length - 1;
  const view = {
    inputs: tokens,
    lossMask: Uint8Array.from(tokens, (id) => (id === hidden ? 0 : 1)),
    keptDocuments: Uint32Array.from({ length: documents }, (_, document) => document),
  };
  if (policy.method === "none") return view;
  if (policy.method === "document") {
    const of = sized(documentScores, documents, "document");
    return { ...view, keptDocuments: view.keptDocuments.filter((document) => !isDropped(policy, of[document])) };
  }
  const tokenScores = sized(scores, tokens.length, "token");
  if (policy.method === "remove") view.inputs = tokens.slice();
  for (let document = 0; document < documents; document++) {
    const [start, end] = [documentOffsets[document], documentOffsets[document + 1]];
    const contentEnd = end > start && tokens[end - 1] === endOfText ? end - 1 : end;
    const forget = markContent(policy, tokenScores.subarray(start, contentEnd));
    for (let i = 0; i < forget.length; i++) {
      if (forget[i] === 0) continue;
      view.lossMask[start + i] = 0;
      if (policy.method === "remove") view.inputs[start + i] = hidden;
    }
  }
  return view;
}

/** Our own trainer keeps every token in its place. @throws UserError when a policy would take places away */
export function requireAligned({ method, replacement = "hidden" }: ViewPolicy): void {
  if (method !== "remove" || replacement === "hidden") return;
  throw new UserError(
    `--replacement ${replacement} shortens documents, and npx lacuna pretrain keeps every token in its place. Use --replacement hidden, or score the text as a job and write the shortened corpus with npx lacuna export.`,
  );
}

function sized(scores: Uint8Array | undefined, expected: number, what: string): Uint8Array {
  if (scores?.length === expected) return scores;
  throw new Error(`This view needs ${expected} ${what} scores, it was given ${scores?.length ?? "none"}`);
}

/** How much of a shard a view takes away. */
export interface ViewCounts {
  documents: number;
  filteredDocuments: number;
  tokens: number;
  /** Tokens that are no longer trained: masked targets, or all tokens of absent documents. */
  filteredTokens: number;
  /** filteredTokens / tokens; 0 for an empty shard. */
  filteredShare: number;
}

/** Counts what a view takes away, in the same unit for every method: tokens that are no longer trained. */
export function countView(view: View, documentOffsets: ArrayLike<number>): ViewCounts {
  const tokens = view.lossMask.length;
  let trained = 0;
  for (const document of view.keptDocuments) {
    for (let i = documentOffsets[document]; i < documentOffsets[document + 1]; i++) trained += view.lossMask[i];
  }
  const documents = documentOffsets.length - 1;
  return {
    documents,
    filteredDocuments: documents - view.keptDocuments.length,
    tokens,
    filteredTokens: tokens - trained,
    filteredShare: tokens === 0 ? 0 : (tokens - trained) / tokens,
  };
}
