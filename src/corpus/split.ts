/**
 * @file Train, validation or test: decided by the document's group alone, or by its id where it has none.
 *
 * A document stays in its split whatever else is in the corpus, whatever the seed, so results stay comparable. Documents
 * that would give each other away (neighbours in a dictionary) share a group, and so a split.
 */
import { createHash } from "node:crypto";
import type { Split } from "./document.js";

/** Changed when a test split has been read too often: a new salt deals all documents anew. */
const SALT = "split-2";

/** Shares of groups, in [0, 1); what they leave is train. */
export interface SplitShares {
  validationShare: number;
  testShare: number;
}

/** The split of a document. */
export function splitOf({ id, group = id }: { id: string; group?: string }, shares: SplitShares): Split {
  const position = createHash("sha256").update(`${SALT}\0${group}`).digest().readUInt32BE() / 2 ** 32;
  if (position < shares.testShare) return "test";
  return position < shares.testShare + shares.validationShare ? "validation" : "train";
}
