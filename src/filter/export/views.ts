/**
 * @file Views: the documents of a scored shard as a set of policies leaves them.
 *
 * Scores do not carry tokens or text: the input is read again and tokenized again, which is cheap, and each document is
 * checked against the checksum and the token count taken when it was scored. Marks and scores are then carried to the
 * target tokenizer on byte offsets. Memory is one document and one block of scores.
 */
import { crc32 } from "node:zlib";
import { UserError } from "../../base/errors.js";
import { openRows } from "../../corpus/input/index.js";
import type { DocumentRow, InputFile, ReadOptions, Row } from "../../corpus/input/types.js";
import {
  carryDocument,
  documentEnds,
  documentTokens,
  type Frame,
  NO_FRAME,
  type Tokenizer,
} from "../../tokens/index.js";
import type { ScoredCorpus } from "../job/scored.js";
import { markDocument, type PolicySet } from "../policies/index.js";
import type { Policy } from "../policy.js";
import { highest, replacementOf } from "./combine.js";
import { type ScoredDocument, scoredDocuments } from "./cursor.js";
import type { DocumentView, PolicyView } from "./view.js";

export interface ViewOptions {
  /** Tokenizer of the trainer; left out: the one the first policy's scores are aligned to. */
  tokenizer?: Tokenizer;
  /** What stands around every text, end-of-text aside; left out: nothing. */
  frame?: Frame;
  /** Ids to tokenize and yield; all when left out. Every document is checked all the same. */
  isWanted?: (id: string) => boolean;
  /** Where rows come from; tests give their own. */
  rowsOf?: (input: InputFile, options: ReadOptions) => AsyncIterable<Row>;
}

/**
 * Yields every document of a shard under the policies, dropped ones included (`isDropped`), in the order of the input.
 * @throws UserError when the input is not what was scored, or the policies cannot be combined
 */
export async function* documentViews(
  set: PolicySet,
  shard: number,
  { tokenizer, frame = NO_FRAME, isWanted = () => true, rowsOf = rowsOfInput }: ViewOptions = {},
): AsyncGenerator<DocumentView> {
  const corpora = [...new Set(set.policies.map(({ scored }) => scored))];
  const { plan } = corpora[0];
  const input = plan.inputs[shard];
  const make = viewMaker(set, corpora, shard, tokenizer, frame);
  const cursors = corpora.map((scored) => scoredDocuments(scored, shard));
  const next = () =>
    Promise.all(cursors.map(async (cursor) => (await cursor.next()).value as ScoredDocument | undefined));
  for await (const row of rowsOf(input, plan.settings)) {
    if (row.kind !== "document") continue;
    const scored = await next();
    const sum = crc32(row.text);
    if (scored.some((document) => document?.row !== row.row || document.crc32 !== sum)) throw changed(input, row);
    if (isWanted(row.id)) yield make(row, scored as ScoredDocument[]);
  }
  const [rest] = (await next()).filter((document) => document !== undefined);
  if (rest) throw changed(input, rest);
}

function rowsOfInput(input: InputFile, options: ReadOptions): AsyncIterable<Row> {
  return openRows(input, { ...options, mayLackText: true }).rows;
}

function changed({ uri }: { uri: string }, { row, id }: { row: number; id: string }): UserError {
  return new UserError(
    `${uri} has changed since it was scored: record ${row} (${id.slice(0, 80)}) is another one. Score this input again: npx lacuna score`,
  );
}

/** Makes views of one shard from rows and what was scored of them, one per corpus; all share one tokenizer. */
function viewMaker(set: PolicySet, corpora: ScoredCorpus[], shard: number, given: Tokenizer | undefined, frame: Frame) {
  const before = frame.before.length;
  const around = before + frame.after.length;
  const scoring = corpora[0].tokenizer();
  const trainer = given ?? scoring;
  const isCarried = trainer.fingerprint !== scoring.fingerprint;
  const { uri, source } = corpora[0].plan.inputs[shard];
  const replacement = replacementOf(set);
  const corpusOf = set.policies.map(({ scored }) => corpora.indexOf(scored));

  return ({ id, row, text }: DocumentRow, scored: ScoredDocument[]): DocumentView => {
    const scoredEnds = once(() => documentEnds(scoring, text, scored[0].tokenScores.length));
    const policies = set.policies.map(({ policy, exempt }, at): PolicyView => {
      const { tokenScores, documentScore } = scored[corpusOf[at]];
      const { isDropped, forget } = markDocument(policy, tokenScores, documentScore, exempt.has(id));
      return { domain: policy.domain, isDropped, documentScore, forget, scores: tokenScores, ends: scoredEnds };
    });
    const acting = (...methods: Policy["method"][]) =>
      policies.filter((_, at) => methods.includes(set.policies[at].policy.method) && !set.policies[at].exempt.has(id));
    const combine = (arrays: Uint8Array[]) => highest(scored[0].tokenScores.length, arrays);
    let values = [
      combine(acting("mask", "remove").map(({ forget }) => forget)),
      combine(acting("remove").map(({ forget }) => forget)),
      combine(acting("mask", "remove").map(({ scores }) => scores)),
    ];
    let tokens: Uint32Array;
    let scoringTokens: number;
    if (isCarried)
      ({ tokens, values, fromTokens: scoringTokens } = carryDocument(text, values, scoring, trainer, frame));
    else {
      tokens = documentTokens(scoring, text, frame);
      scoringTokens = tokens.length - around;
      if (around > 0) values = values.map((array) => framed(array, before, tokens.length));
    }
    for (const { tokenScores } of scored) {
      if (tokenScores.length === scoringTokens) continue;
      throw new UserError(
        `${uri}, record ${row}: the scores are of ${tokenScores.length} tokens, ${scoring.name} makes ${scoringTokens} of this text. Score this input again: npx lacuna score`,
      );
    }
    const isDropped = policies.some((policy) => policy.isDropped);
    const ends = isCarried || around > 0 ? once(() => documentEnds(trainer, text, tokens.length, frame)) : scoredEnds;
    const [masked, removed, scores] = values;
    if (before > 0) scores.fill(255, 0, before);
    const content = tokens.length - around - 1;
    const marks = { masked, removed, scores, policies };
    return { id, source, shard, row, text, isDropped, replacement, tokens, before, content, ends, ...marks };
  };
}

/** Values of a text and its end-of-text with room for what stands around the text. */
function framed(values: Uint8Array, before: number, length: number): Uint8Array {
  const all = new Uint8Array(length);
  all.set(values.subarray(0, -1), before);
  all[length - 1] = values[values.length - 1];
  return all;
}

/** What is worked out when first asked for, and kept. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
