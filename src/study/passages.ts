/**
 * @file Real passages for the report: stretches of test text with each token's score and truth.
 *
 * They are drawn, not picked: a seeded order over all stretches that begin at a document's or line's start, of which
 * the first few with forget and retain tokens side by side are taken. How well the classifier does on them plays no part.
 */
import { random } from "../base/random.js";
import { readScores } from "../filter/index.js";
import { loadTokenizer, NO_DOMAIN, readTokens, readTruth, type Tokenizer, type TokenTruth } from "../tokens/index.js";
import type { Passage } from "./results.js";

/** Tokens of one passage. */
const LENGTH = 90;
/** Share of forget tokens that makes a passage mixed. */
const MIXED = [0.2, 0.8];

export interface PassageOptions {
  tokens: string;
  scores: string;
  threshold: number;
  /** Truth domains that count as forget. */
  forget: readonly string[];
  seed: number;
  count?: number;
}

/** Draws passages of the test split. Without truth, any stretch will do. */
export function drawPassages({ tokens, scores, threshold, forget, seed, count = 4 }: PassageOptions): Passage[] {
  const tokenizer = loadTokenizer(tokens);
  const shard = readTokens(tokens, "test");
  const truth = forget.length > 0 ? readTruth(tokens, "test") : undefined;
  const { tokenScores } = readScores(scores, "test", shard);
  const order = random(seed, "study:passages").permutation(shard.documents.length);
  const passages: Passage[] = [];
  for (const document of order) {
    if (passages.length === count) break;
    const [from, to] = [shard.docOffsets[document], shard.docOffsets[document + 1] - 1];
    const start = lineStarts(shard.tokens, from, to, tokenizer).find(
      (at) => at + LENGTH <= to && isMixed(truth, at, forget),
    );
    if (start === undefined) continue;
    const texts = tokenTexts(shard.tokens.subarray(start, start + LENGTH), tokenizer);
    const { id, source } = shard.documents[document];
    passages.push({
      ...{ id, source, split: "test", threshold },
      tokens: texts.map((text, offset) => ({
        text,
        score: tokenScores[start + offset] / 255,
        truth: domainAt(truth, start + offset),
      })),
    });
  }
  return passages;
}

/** Positions at which a line begins. */
function lineStarts(tokens: Uint32Array, from: number, to: number, tokenizer: Tokenizer): number[] {
  const starts = [from];
  for (let at = from; at < to - 1; at++) {
    if (tokenizer.decode([tokens[at]]).includes("\n")) starts.push(at + 1);
  }
  return starts;
}

function isMixed(truth: TokenTruth | undefined, start: number, forget: readonly string[]): boolean {
  if (!truth) return true;
  let hits = 0;
  for (let at = start; at < start + LENGTH; at++) if (forget.includes(domainAt(truth, at) ?? "")) hits++;
  return hits >= MIXED[0] * LENGTH && hits <= MIXED[1] * LENGTH;
}

function domainAt(truth: TokenTruth | undefined, at: number): string | null {
  return truth && truth.labels[at] !== NO_DOMAIN ? truth.domains[truth.labels[at]] : null;
}

/** Text of each token; a character that spans tokens appears with the last of them. */
export function tokenTexts(ids: Uint32Array, tokenizer: Tokenizer): string[] {
  const decoder = new TextDecoder("utf-8");
  return Array.from(ids, (id) => decoder.decode(tokenizer.decodeBytes([id]), { stream: true }));
}
