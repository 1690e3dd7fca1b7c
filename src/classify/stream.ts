/**
 * @file Documents through both halves of a biLM, probes included, to stored scores, in bounded memory.
 *
 * A probe is linear, so its logit is a number from the left half plus one from the right half, and both are computed inside
 * the halves' graphs. The document probe reads the mean state, and the mean of a linear function is the linear function of
 * the mean: its logit is the mean of one number per token and half, summed in double precision. In which order halves and
 * windows run differs with what is beside a document, so nothing may depend on it: every window has a sum of its own, and of
 * two floats added to zero the order does not matter. What is held of a document is its tokens and a logit each.
 */
import type { DocumentReader, Span } from "../nn/index.js";
import type { Calibration } from "./calibrate.js";
import { sigmoid } from "./loss.js";

export interface DocumentScores {
  /** Index among the documents given. */
  document: number;
  /** round(255 p) that each token is forget; 0 for special ones. Shape [tokens]. */
  tokenScores: Uint8Array<ArrayBuffer>;
  /** round(255 p) that the document is forget, 0..255; 0 when it has special tokens only. */
  documentScore: number;
  /** Whether most words are new to the classifier, so that the scores are not calibrated; absent where it knows no words. */
  isUnfamiliar?: boolean;
}

/** Before calibration. */
export interface DocumentLogits {
  document: number;
  /** Shape [tokens]; of special tokens too. */
  tokenLogits: Float32Array;
  /** Undefined when the document has special tokens only. */
  documentLogit: number | undefined;
  ids: Uint32Array;
  /** As in the scores. */
  isUnfamiliar?: boolean;
}

/** What both halves need to know of the probes, whose weights are in their graphs: read-out 0 token, 1 document. */
export interface StreamOptions {
  /** Left, then right. */
  readers: readonly [DocumentReader, DocumentReader];
  tokenBias: number;
  documentBias: number;
  /** 1 for special tokens, by id. */
  isSpecial: Uint8Array;
}

interface Pending {
  document: number;
  ids: Uint32Array;
  /** Without the bias. */
  tokenLogits: Float32Array;
  /** Of the document probe's numbers, by half and window. */
  sums: readonly [number[], number[]];
  /** Tokens that are not special, counted by the left half. */
  counted: number;
  /** Read-outs of tokens still to come, from both halves together. */
  missing: number;
}

/** Documents and tokens held back at most before unfinished batches are run. */
const MOST_DOCUMENTS = 4096;
const MOST_TOKENS = 2 ** 20;

/** Logits of documents, in the order they came. */
export async function* logitsOfDocuments(
  documents: Iterable<Uint32Array> | AsyncIterable<Uint32Array>,
  { readers, tokenBias, documentBias, isSpecial }: StreamOptions,
): AsyncGenerator<DocumentLogits> {
  const waiting: Pending[] = [];
  let held = 0;
  const finished = function* () {
    const open = waiting.findIndex(({ missing }) => missing > 0);
    for (const { sums, counted, ids, document, tokenLogits } of waiting.splice(0, open < 0 ? waiting.length : open)) {
      held -= ids.length;
      const [left, right] = sums.map((half) => half.reduce((all, sum) => all + sum, 0));
      const documentLogit = counted === 0 ? undefined : (left + right) / counted + documentBias;
      for (let i = 0; i < ids.length; i++) tokenLogits[i] += tokenBias;
      yield { document, ids, tokenLogits, documentLogit };
    }
  };
  const flush = async () => {
    for (const reader of readers) await reader.flush();
  };
  let document = 0;
  for await (const ids of documents) {
    requireInVocabulary(ids, isSpecial.length);
    const empty = { tokenLogits: new Float32Array(ids.length), sums: [[], []] as [number[], number[]], counted: 0 };
    const pending: Pending = { document: document++, ids, ...empty, missing: 2 * ids.length };
    waiting.push(pending);
    held += ids.length;
    if (ids.length > 0)
      for (const [half, reader] of readers.entries())
        await reader.add(ids, (span) => addSpan(pending, half, span, isSpecial));
    if (waiting.length >= MOST_DOCUMENTS || held >= MOST_TOKENS) await flush();
    yield* finished();
  }
  await flush();
  yield* finished();
}

/** The native runtime would take an id over 2^31 for one counted from the end. */
function requireInVocabulary(ids: Uint32Array, vocabulary: number): void {
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] < vocabulary) continue;
    throw new Error(`Token ${i} has id ${ids[i]}, the classifier's vocabulary ends at ${vocabulary - 1}`);
  }
}

function addSpan(to: Pending, half: number, span: Span, isSpecial: Uint8Array): void {
  const { first, step, count, at, window } = span;
  const [token, mean] = span.values;
  let sum = 0;
  let counted = 0;
  for (let i = 0; i < count; i++) {
    const place = first + i * step;
    to.tokenLogits[place] += token[at + i];
    if (isSpecial[to.ids[place]] === 1) continue;
    sum += mean[at + i];
    counted++;
  }
  to.sums[half][window] = sum;
  if (half === 0) to.counted += counted;
  to.missing -= count;
}

/** Calibrated and stored. */
export function scoresOf(
  { document, ids, tokenLogits, documentLogit, isUnfamiliar }: DocumentLogits,
  calibration: { token: Calibration; document: Calibration },
  isSpecial: Uint8Array,
): DocumentScores {
  const stored = (logit: number, { slope, intercept }: Calibration) =>
    Math.round(255 * sigmoid(slope * logit + intercept));
  const tokenScores = new Uint8Array(ids.length);
  for (let i = 0; i < ids.length; i++)
    if (isSpecial[ids[i]] !== 1) tokenScores[i] = stored(tokenLogits[i], calibration.token);
  const documentScore = documentLogit === undefined ? 0 : stored(documentLogit, calibration.document);
  return { document, tokenScores, documentScore, ...(isUnfamiliar !== undefined && { isUnfamiliar }) };
}
