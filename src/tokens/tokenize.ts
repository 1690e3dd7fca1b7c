/** @file Tokenizes a corpus: every document whole, ended by end of text, with its truth carried to tokens. */
import { UserError } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import { type CorpusDocument, SPLITS, type Split } from "../corpus/index.js";
import type { TokenShard, TokenTruth } from "./shards.js";
import type { Tokenizer } from "./tokenizer.js";
import { NO_DOMAIN, truthOfTokens } from "./truth.js";

export type TokenizedCorpus = Record<Split, { shard: TokenShard; truth: TokenTruth | undefined }>;

/** Tokenizes documents in order, split by split. Nothing is truncated. @throws UserError on more than 255 domains. */
export async function tokenizeCorpus(
  documents: AsyncIterable<CorpusDocument>,
  tokenizer: Tokenizer,
  progress: Progress = () => {},
): Promise<TokenizedCorpus> {
  const domains: string[] = [];
  const collectors = Object.fromEntries(SPLITS.map((split) => [split, new Collector()])) as Record<Split, Collector>;
  let done = 0;
  let count = 0;
  for await (const { id, source, text, split, truth = [] } of documents) {
    const { ids, ends } = tokenizer.encodeWithOffsets(text);
    for (const { domain } of truth) if (!domains.includes(domain)) domains.push(domain);
    if (domains.length >= NO_DOMAIN) throw new UserError(`The corpus has more than ${NO_DOMAIN - 1} truth domains.`);
    const labels = truthOfTokens(text, truth, ends, domains);
    collectors[split].add({ id, source }, ids, labels, tokenizer.specials.endOfText);
    done += ids.length + 1;
    if (++count % 100 === 0) progress({ done, unit: "tokens", detail: `${count} documents` });
  }
  if (count === 0) throw new UserError("The corpus has no document to tokenize. Make it again: npx lacuna corpus.");
  progress({ done, total: done, unit: "tokens", detail: `${count} documents` });
  const build = (split: Split) => collectors[split].build(tokenizer.fingerprint, domains);
  return { train: build("train"), validation: build("validation"), test: build("test") };
}

/** Gathers one split. */
class Collector {
  private readonly ids: Uint32Array[] = [];
  private readonly labels: Uint8Array[] = [];
  private readonly offsets = [0];
  private readonly names: { id: string; source: string }[] = [];

  add(name: { id: string; source: string }, ids: Uint32Array, labels: Uint8Array, endOfText: number): void {
    this.ids.push(ids, Uint32Array.of(endOfText));
    this.labels.push(labels, Uint8Array.of(NO_DOMAIN));
    this.offsets.push(this.offsets.at(-1)! + ids.length + 1);
    this.names.push(name);
  }

  /** Domains are renumbered in alphabetical order, so that numbers do not depend on the order of documents. */
  build(fingerprint: string, found: readonly string[]): { shard: TokenShard; truth: TokenTruth | undefined } {
    const total = this.offsets.at(-1)!;
    const shard: TokenShard = {
      tokens: new Uint32Array(total),
      docOffsets: Float64Array.from(this.offsets),
      documents: this.names,
      fingerprint,
    };
    const domains = [...found].sort();
    const number = new Uint8Array(256).fill(NO_DOMAIN);
    for (const [index, domain] of found.entries()) number[index] = domains.indexOf(domain);
    const labels = new Uint8Array(total);
    let at = 0;
    for (const [part, ids] of this.ids.entries()) {
      shard.tokens.set(ids, at);
      labels.set(
        this.labels[part].map((label) => number[label]),
        at,
      );
      at += ids.length;
    }
    return { shard, truth: domains.length > 0 ? { domains, labels } : undefined };
  }
}
