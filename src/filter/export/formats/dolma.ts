/**
 * @file dolma: documents and, line by line beside them, attributes: spans [start, end, score] in characters.
 *
 * Offsets count Unicode code points, as Python and dolma's mixer do. Scores are the highest probability in the span, so
 * `min_score` can be raised later. Nothing is decided here: dropped documents are written too, marked
 * `lacuna__dropped`, and the mixer filters.
 */

import { byteSpans, characterCount, characterSpans } from "../spans.js";
import type { DocumentView } from "../view.js";
import type { Format } from "./format.js";

type Spans = [start: number, end: number, score: number][];

/** Attributes of a document: per domain its forget spans and its document score. */
export function attributesOf(view: DocumentView): Record<string, Spans> {
  const utf8 = Buffer.from(view.text);
  const length = characterCount(utf8);
  const attributes: Record<string, Spans> = {};
  for (const { domain, forget, scores, ends, documentScore } of view.policies) {
    const spans = characterSpans(utf8, byteSpans(utf8, forget, ends()));
    attributes[`lacuna__${domain}__forget`] = spans.map(({ start, end, fromToken, toToken }) => [
      start,
      end,
      rounded(scores.subarray(fromToken, toToken).reduce((most, score) => Math.max(most, score), 0)),
    ]);
    attributes[`lacuna__${domain}__document`] = [[0, length, rounded(documentScore)]];
  }
  attributes.lacuna__dropped = view.isDropped ? [[0, length, 1]] : [];
  return attributes;
}

/** A stored score as a probability of four digits. */
function rounded(score: number): number {
  return Math.round((score / 255) * 1e4) / 1e4;
}

export const dolma: Format = {
  name: "dolma",
  takes: [],
  isAnnotation: true,
  async open({ output, shard }) {
    const documents = await output.gzip(`documents/${shard}.jsonl.gz`);
    const attributes = await output.gzip(`attributes/lacuna/${shard}.jsonl.gz`);
    return {
      async add(view) {
        const { id, text, source } = view;
        await documents.write(Buffer.from(`${JSON.stringify({ id, text, source })}\n`));
        await attributes.write(Buffer.from(`${JSON.stringify({ id, attributes: attributesOf(view) })}\n`));
      },
      async close() {
        await documents.close();
        await attributes.close();
      },
    };
  },
};
