/**
 * @file What every reader of documents checks: that the text is where it was said to be, and that what is private stays so.
 *
 * A wrong `--text-field` makes every record bad. That is a mistake of the command, not of the data, so the first record that could be
 * read decides: without the field there, reading stops with the sentence that names the fields there are.
 */
import { UserError } from "../../base/errors.js";
import type { BadRow, InputFile, ReadOptions, Row } from "./types.js";

/** Rows as stages get them. @throws UserError when the first record that could be read lacks the text's field */
export async function* checkedRows(
  rows: AsyncIterable<Row>,
  { uri }: Pick<InputFile, "uri">,
  { noText, mayLackText }: Pick<ReadOptions, "noText" | "mayLackText">,
): AsyncGenerator<Row> {
  let isKnown = mayLackText === true;
  for await (const row of rows) {
    const shown = noText && row.kind === "bad" ? withoutText(row) : row;
    if (!isKnown && shown.kind === "bad" && shown.lacksText) throw new UserError(sentenceOf(uri, shown));
    if (row.kind === "document") isKnown = true;
    yield shown;
  }
}

/** A bad row in a sentence with the file, the place and what to do. */
export function sentenceOf(uri: string, row: BadRow): string {
  const { reason, position, extent, lacksText } = row;
  if (lacksText && extent === "rest") return `${uri} ${reason}. Give --text-field.`;
  if (extent !== "record") return `Cannot read ${uri}: ${reason} (${position}). Check the file.`;
  const line = /^line ([\d,]+)$/.exec(position)?.[1].replaceAll(",", "");
  const where = line ? `${uri}:${line}` : `${uri} (${position})`;
  return `${where} ${reason}.${lacksText ? " Give --text-field." : ""}`;
}

/** Without the excerpt, and without what a reason quotes, which comes behind its first clause. */
function withoutText(row: BadRow): BadRow {
  return { ...row, reason: /^[^:;]*/.exec(row.reason)![0].trim(), excerpt: "" };
}
