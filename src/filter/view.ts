/**
 * @file Views: what a trainer sees of a corpus under a policy.
 *
 * Arrays stay aligned with the token shard. Position i of `lossMask` speaks about token i as a *target*: a trainer that
 * predicts token i from the inputs before it counts that loss iff lossMask[i] is 1. So under masking the loss of
 * position i - 1 drops when token i is forget, and the retain token right after a forget span is trained.
 * Batching, windows, direction and delayed starts are the trainer's; see `firstFilteredStep` in `policy.ts`.
 */
import { isForget } from "./forget.js";
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

/**
 * The view of one shard under a policy (paper 3.1).
 *
 * @param tokens - ids, shape [tokens]
 * @param scores - stored token scores 0..255, shape [tokens]; not needed by none and document
 * @param documentScores - stored document scores 0..255, shape [documents]; needed by document only
 * @param documentOffsets - first token of each document and the end of the last, shape [documents + 1]
 */
export function viewOf(
  policy: Pick<Policy, "method" | "threshold">,
  tokens: Uint32Array,
  scores: Uint8Array | undefined,
  documentScores: Uint8Array | undefined,
  documentOffsets: ArrayLike<number>,
  { endOfText, hidden }: ViewSpecials,
): View {
  const documents = documentOffsets.length - 1;
  const view = {
    inputs: tokens,
    lossMask: Uint8Array.from(tokens, (id) => (id === hidden ? 0 : 1)),
    keptDocuments: Uint32Array.from({ length: documents }, (_, document) => document),
  };
  if (policy.method === "none") return view;
  if (policy.method === "document") {
    const forget = isForget(sized(documentScores, documents, "document"), policy.threshold);
    return { ...view, keptDocuments: view.keptDocuments.filter((document) => forget[document] === 0) };
  }
  const forget = isForget(sized(scores, tokens.length, "token"), policy.threshold);
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === endOfText) forget[i] = 0;
    else if (forget[i] === 1) view.lossMask[i] = 0;
  }
  if (policy.method === "remove") view.inputs = tokens.map((id, i) => (forget[i] === 1 ? hidden : id));
  return view;
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
