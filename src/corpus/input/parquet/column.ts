/** @file The values of one column in one row group, in pieces; a value that is lost stands there as `Lost`. */
import { grouped } from "../../../base/errors.js";
import type { StoredBytes } from "../bytes.js";
import { PageError } from "./codecs.js";
import { decodeRows, type LeafPages } from "./decode.js";
import { type ColumnChunk, columnChunks, type Footer } from "./footer.js";
import { dataPages, reasonOf } from "./pages.js";
import type { Column } from "./schema.js";

/** Why a value could not be read. One object stands for all that were lost together. */
export class Lost {
  constructor(readonly reason: string) {}
}

/**
 * Nested columns are held one row group at a time, because pages of their leaves do not end at the same rows: most bytes
 * of one, uncompressed, and most values of a leaf.
 */
const MAX_NESTED_BYTES = 2 ** 26;
const MAX_NESTED_VALUES = 2 ** 22;

/** Values in the order of rows, as they are stored. @returns why there are no more */
export async function* columnValues(
  file: StoredBytes,
  footer: Footer,
  group: number,
  column: Column,
  maxPageBytes: number,
): AsyncGenerator<unknown[], Lost> {
  const name = `the column "${column.name.slice(0, 80)}"`;
  try {
    const chunks = columnChunks(footer, group, column);
    if (column.isFlat) yield* flatValues(file, chunks[0], column, maxPageBytes);
    else yield await nestedValues(file, chunks, column, Number(footer.rowGroups[group].num_rows), maxPageBytes);
  } catch (error) {
    return new Lost(`${name} is damaged: ${reasonOf(error)}`);
  }
  return new Lost(`${name} ends before the row group does`);
}

/** A page at a time, whatever the size of the row group. @throws PageError when no further page can be found */
async function* flatValues(file: StoredBytes, chunk: ColumnChunk, { stored, name }: Column, maxPageBytes: number) {
  for await (const found of dataPages(file, chunk, maxPageBytes)) {
    const { values, at } = found;
    if (values === 0) continue;
    try {
      if ("lost" in found) throw new PageError(found.lost);
      const pages = found.dictionary ? [found.dictionary, found.page] : [found.page];
      const decoded = await decodeRows(stored, [{ leaf: chunk.leaf, pages, values }], values);
      if (decoded.includes(undefined)) throw new PageError("it holds fewer values than it claims");
      yield decoded;
    } catch (error) {
      const page = `the page of "${name.slice(0, 80)}" at byte ${grouped(at)} of the file`;
      yield new Array<unknown>(values).fill(new Lost(`${page} is damaged: ${reasonOf(error)}`));
    }
  }
}

/** All pages of all leaves of a row group at once. @throws PageError when one is damaged or they are too large */
async function nestedValues(
  file: StoredBytes,
  chunks: readonly ColumnChunk[],
  { stored }: Column,
  rows: number,
  maxPageBytes: number,
): Promise<unknown[]> {
  let bytes = 0;
  const leaves: LeafPages[] = [];
  for (const chunk of chunks) {
    const pages: Uint8Array[] = [];
    let [values, hasDictionary] = [0, false];
    for await (const found of dataPages(file, chunk, maxPageBytes)) {
      if ("lost" in found) throw new PageError(found.lost);
      if (found.dictionary && !hasDictionary) pages.unshift(found.dictionary);
      hasDictionary ||= found.dictionary !== undefined;
      pages.push(found.page);
      bytes += found.page.length;
      values += found.values;
      if (bytes > MAX_NESTED_BYTES || values > MAX_NESTED_VALUES)
        throw new PageError(
          `a nested column may have ${grouped(MAX_NESTED_BYTES)} bytes and ${grouped(MAX_NESTED_VALUES)} values in a row group`,
        );
    }
    leaves.push({ leaf: chunk.leaf, pages, values });
  }
  return decodeRows(stored, leaves, rows);
}
