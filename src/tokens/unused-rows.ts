/**
 * @file Rows of a model's embedding that stand for nothing: where a token that its tokenizer lacks can go for free.
 *
 * Files keep some back by name (`<|reserved_special_token_0|>`, `<unused0>`, `<extra_id_0>`), skip ids, or belong to a model
 * with more rows than the tokenizer has entries.
 */
import type { Pieces } from "./pieces.js";

const KEPT_BACK = /^[<[][|｜]?(?:reserved|unused|place[▁_]?holder|dummy|special|extra)[^<>[\]]*\d+[|｜]?[>\]]$/i;
/** Some models are trained with these: other rows come first. */
const SENTINEL = /extra/i;
/** Of no use in a text, so it does no harm that the text no longer becomes this token. */
const OF_NO_USE = /unused|reserved/i;

export interface UnusedRow {
  id: number;
  /** What the file calls it; undefined for an id of no entry. */
  text?: string;
}

/**
 * Unused rows, best first.
 *
 * @param rows - of the model's embedding, where known
 * @param isMade - whether a text that spells the entry becomes it
 */
export function* unusedRows(
  pieces: Pieces,
  rows: number | undefined,
  isMade: (text: string, id: number) => boolean,
): Generator<UnusedRow> {
  const ids = Array.from({ length: Math.max(pieces.size, rows ?? 0) }, (_, id) => id);
  const named = ids.flatMap((id) => {
    const text = pieces.textOf(id);
    return text !== undefined && KEPT_BACK.test(text) ? [{ id, text }] : [];
  });
  const listed = (isSpecial: boolean) => named.filter(({ id }) => pieces.addedOf(id)?.special === isSpecial);
  yield* listed(true).filter(({ text }) => !SENTINEL.test(text));
  yield* ids.filter((id) => pieces.textOf(id) === undefined).map((id) => ({ id }));
  yield* listed(true).filter(({ text }) => SENTINEL.test(text));
  yield* listed(false).filter(({ text }) => OF_NO_USE.test(text));
  for (const row of named) if (!pieces.addedOf(row.id) && !isMade(row.text, row.id)) yield row;
}
