/**
 * @file One page of a Parquet column, checked and made plain: uncompressed, in version 1, with a header of ours.
 *
 * hyparquet decodes pages; what it takes on trust (sizes, counts, runs) is checked before. A page is handed to it in
 * memory of its own, so that no length in it can reach other memory.
 */
import { grouped } from "../../../base/errors.js";
import { decompress, PageError } from "./codecs.js";
import { decodeIntegers } from "./decode.js";
import { ENCODING, PAGE, type PageHeader, writePageHeader } from "./page-header.js";
import { checkDelta, checkRuns } from "./runs.js";
import type { Leaf } from "./schema.js";

/** Most values in one page; writers make pages of tens of thousands. */
export const MAX_PAGE_VALUES = 2 ** 21;

export interface PlainPage {
  /** Header and page. */
  bytes: Uint8Array;
  values: number;
  usesDictionary: boolean;
}

/** A dictionary page. @throws Error when it is damaged */
export async function plainDictionary(stored: Uint8Array, header: PageHeader, codec: string, maxBytes: number) {
  checkCount(header.values);
  const page = await decompress(stored, header.bytes, codec, maxBytes);
  return Buffer.concat([writePageHeader(PAGE.dictionary, page.length, header.values, ENCODING.plain), page]);
}

/** A data page of either version. @throws Error when it is damaged */
export async function plainPage(
  stored: Uint8Array,
  header: PageHeader,
  leaf: Leaf,
  codec: string,
  maxBytes: number,
): Promise<PlainPage> {
  const { values } = header;
  checkCount(values);
  const page =
    header.type === PAGE.data2
      ? await asVersion1(stored, header, leaf, codec, maxBytes)
      : await decompress(stored, header.bytes, codec, maxBytes);
  if (header.levels !== undefined && header.levels !== ENCODING.rle && leaf.maxDefinition > 0 && values > 0)
    throw new PageError(`a page's levels are in encoding ${header.levels}, which is not read`);
  const { at, present } = checkLevels(page, values, leaf);
  // Some writers store nothing for no values, not even what their encoding begins with.
  const encoding = present === 0 ? ENCODING.plain : header.encoding;
  await checkValues(page, at, present, encoding, leaf, maxBytes);
  return {
    bytes: Buffer.concat([writePageHeader(PAGE.data, page.length, values, encoding), page]),
    values,
    usesDictionary: encoding === ENCODING.dictionary || encoding === ENCODING.plainDictionary,
  };
}

/** A page of version 2 keeps its levels uncompressed and without their lengths. */
async function asVersion1(stored: Uint8Array, header: PageHeader, leaf: Leaf, codec: string, maxBytes: number) {
  const { repetitionBytes, definitionBytes, isCompressed } = header;
  const levels = repetitionBytes + definitionBytes;
  if (!(repetitionBytes >= 0 && definitionBytes >= 0 && levels <= stored.length))
    throw new PageError("a page's levels are longer than the page");
  const size = header.bytes - levels;
  const values = await decompress(stored.subarray(levels), size, isCompressed ? codec : "UNCOMPRESSED", maxBytes);
  const withLength = (bytes: Uint8Array, isThere: boolean) => {
    if (!isThere) return [];
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  };
  return Buffer.concat([
    ...withLength(stored.subarray(0, repetitionBytes), leaf.maxRepetition > 0),
    ...withLength(stored.subarray(repetitionBytes, levels), leaf.maxDefinition > 0),
    values,
  ]);
}

function checkCount(count: number): void {
  if (!(count >= 0 && count <= MAX_PAGE_VALUES))
    throw new PageError(`a page claims ${count} values, at most ${grouped(MAX_PAGE_VALUES)} are read`);
}

/** Checks the levels. @returns where the values begin, and how many there are beside the nulls */
function checkLevels(page: Uint8Array, count: number, { maxRepetition, maxDefinition }: Leaf) {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let at = 0;
  let present = count;
  if (count === 0) return { at, present };
  for (const [level, isDefinition] of [[maxRepetition, false] as const, [maxDefinition, true] as const]) {
    if (level === 0) continue;
    const start = at + 4;
    const length = start <= page.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (length > page.length - start) throw new PageError("a page's levels are longer than the page");
    const found = checkRuns(page.subarray(0, start + length), start, 32 - Math.clz32(level), count, level);
    if (isDefinition) present = found;
    at = start + length;
  }
  return { at, present };
}

/** Checks the runs and blocks of values before they are decoded. */
async function checkValues(
  page: Uint8Array,
  at: number,
  count: number,
  encoding: number,
  { type }: Leaf,
  maxBytes: number,
): Promise<void> {
  if (encoding === ENCODING.rle) {
    if (type !== "BOOLEAN") throw new PageError(`a page of ${type} is in runs`);
    checkRuns(page, at + 4, 1, count);
  } else if (encoding === ENCODING.dictionary || encoding === ENCODING.plainDictionary) {
    if (type === "BOOLEAN") throw new PageError("a page of BOOLEAN has a dictionary");
    if (at >= page.length) throw new PageError("a page is cut off");
    if (page[at] > 0) checkRuns(page, at + 1, page[at], count);
  } else if (encoding === ENCODING.deltaBinary || encoding === ENCODING.deltaLength) checkDelta(page, at, count);
  else if (encoding === ENCODING.deltaPrefix) await checkPrefixes(page, at, count, maxBytes);
  else if (encoding !== ENCODING.plain && encoding !== ENCODING.byteStreamSplit)
    throw new PageError(`a page is in encoding ${encoding}, which is not read`);
}

/** Values written as prefixes of the one before can grow without bound from few bytes: their sum is checked. */
async function checkPrefixes(page: Uint8Array, start: number, count: number, maxBytes: number): Promise<void> {
  const suffixes = checkDelta(page, start, count);
  const end = checkDelta(page, suffixes, count);
  const prefix = await decodeIntegers(page.subarray(start, suffixes), count);
  const suffix = await decodeIntegers(page.subarray(suffixes, end), count);
  let total = 0;
  for (let i = 0, before = 0; i < count; i++) {
    if (prefix[i] < 0 || suffix[i] < 0 || prefix[i] > before) throw new PageError("a page's prefixes are damaged");
    before = prefix[i] + suffix[i];
    total += before;
  }
  if (total > maxBytes)
    throw new PageError(`a page's values hold ${grouped(total)} bytes, at most ${grouped(maxBytes)} are read`);
}
