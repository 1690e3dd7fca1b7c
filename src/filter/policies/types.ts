/** @file A set of policies over scored corpora: what `npx lacuna filter` decides and `npx lacuna export` applies. */
import type { ScoredCorpus } from "../job/scored.js";
import type { Policy } from "../policy.js";

/** One domain's policy, with what it reads. All policies of a set are over the same inputs. */
export interface OpenPolicy {
  policy: Policy;
  scored: ScoredCorpus;
  /** Ids of documents this policy never touches. */
  exempt: ReadonlySet<string>;
}

/** What makes up for the tokens that are no longer trained. */
export interface TopUp {
  /** none: train on fewer; repeat: kept documents are repeated until as many targets are trained as before. */
  method: "none" | "repeat";
  /** Times each kept document is repeated on average; its whole part for all, the rest for a seeded choice. */
  rate: number;
  seed: number;
}

export interface PolicySet {
  policies: OpenPolicy[];
  topUp: TopUp;
  /** Hash of everything that decides the view. */
  fingerprint: string;
}

/** What a policy says of one document. */
export interface Marks {
  /** The whole document is absent. */
  isDropped: boolean;
  /** 1 where forget after gaps are closed and spans dilated, shape [tokens of the document]; end-of-text never is. */
  forget: Uint8Array;
}
