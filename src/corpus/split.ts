/**
 * @file Train, validation or test: decided by the document's id alone.
 *
 * A document stays in its split whatever else is in the corpus, whatever the seed, so results stay comparable.
 */
import { createHash } from "node:crypto";
import type { Split } from "./document.js";

/** The split of a document. Shares are of documents, in [0, 1); what they leave is train. */
export function splitOf(id: string, shares: { validationShare: number; testShare: number }): Split {
  const position = createHash("sha256").update(`split\0${id}`).digest().readUInt32BE() / 2 ** 32;
  if (position < shares.testShare) return "test";
  return position < shares.testShare + shares.validationShare ? "validation" : "train";
}
