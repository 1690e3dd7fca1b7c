/**
 * @file Builds a corpus: documents gathered, cut to size, without duplicates, split and shuffled.
 *
 * The kept documents are held in memory for the shuffle, so memory is bounded by `maxBytes`; a corpus larger than
 * memory needs the corpus-scale path, not this one.
 */
import { z } from "zod";
import { grouped, UserError } from "../base/errors.js";
import { sha256 } from "../base/hash.js";
import type { Progress } from "../base/progress.js";
import { random } from "../base/random.js";
import type { CorpusDocument, SourceDocument } from "./document.js";
import { findInOrder, type InputFile } from "./input/index.js";
import { type Fields, readSource } from "./read.js";
import { readRecords } from "./records.js";
import { sampleProportionately } from "./sample.js";
import { splitOf } from "./split.js";
import type { Mixing } from "./wordnet/mixing.js";
import { embeddedDocuments } from "./wordnet/pages.js";

export interface BuildOptions extends Fields {
  /** Files and folders; none for the embedded WordNet pages. */
  files?: readonly string[];
  /** Cap on the UTF-8 bytes of text. */
  maxBytes?: number;
  medicalShare: number;
  biologyShare: number;
  mixing: Mixing;
  validationShare: number;
  testShare: number;
  seed: number;
  /** JSONL whose `id`s name documents that are taken whatever the cap, and are test with all of their group. */
  heldOut?: string;
}

export interface Corpus {
  documents: CorpusDocument[];
  /** Documents left out because an earlier one has the same text. */
  duplicates: number;
}

/** @throws UserError when nothing is left, or a split that should have documents has none. */
export async function buildCorpus(options: BuildOptions, progress: Progress = () => {}): Promise<Corpus> {
  const held = options.heldOut === undefined ? new Set<string>() : await readIds(options.heldOut);
  const gathered = options.files?.length
    ? await readFiles(await findInOrder(options.files), options, held, progress)
    : cut([embeddedDocuments(options)], options, held).flat();
  const unique = withoutDuplicates(gathered);
  if (unique.length === 0) throw new UserError(`The corpus is empty: ${emptiness(options)}.`);
  const heldGroups = new Set(unique.flatMap((document) => (held.has(document.id) ? [groupOf(document)] : [])));
  const order = random(options.seed, "corpus:order").permutation(unique.length);
  const documents = Array.from(order, (index) => {
    const { truth, ...document } = unique[index];
    const split = heldGroups.has(groupOf(document)) ? "test" : splitOf(document, options);
    return { ...document, split, ...(truth && { truth }) };
  });
  checkSplits(documents, options);
  return { documents, duplicates: gathered.length - unique.length };
}

const groupOf = ({ id, group = id }: SourceDocument) => group;

async function readIds(path: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { id } of readRecords(path, z.looseObject({ id: z.string() }), "a line with an id")) ids.add(id);
  return ids;
}

async function readFiles(
  files: InputFile[],
  options: BuildOptions,
  held: ReadonlySet<string>,
  progress: Progress,
): Promise<SourceDocument[]> {
  const { maxBytes } = options;
  let kept: Set<number>[] | undefined;
  if (maxBytes !== undefined) {
    const sizes: number[][] = [];
    for (const file of files) {
      const list: number[] = [];
      for await (const { text } of readSource(file, options)) list.push(Buffer.byteLength(text));
      sizes.push(list);
      progress({ done: sizes.length, total: 2 * files.length, unit: "files", detail: `measured ${file.source}` });
    }
    kept = sampleProportionately(sizes, maxBytes, options.seed).map((indices) => new Set(indices));
  }
  const documents: SourceDocument[] = [];
  for (const [number, file] of files.entries()) {
    let index = 0;
    for await (const document of readSource(file, options)) {
      if (!kept || kept[number].has(index) || held.has(document.id)) documents.push(document);
      index++;
    }
    const done = number + 1 + (kept ? files.length : 0);
    progress({ done, total: files.length * (kept ? 2 : 1), unit: "files", detail: `read ${file.source}` });
  }
  return documents;
}

function cut(files: SourceDocument[][], { maxBytes, seed }: BuildOptions, held: ReadonlySet<string>) {
  if (maxBytes === undefined) return files;
  const sizes = files.map((documents) => documents.map(({ text }) => Buffer.byteLength(text)));
  return sampleProportionately(sizes, maxBytes, seed).map((indices, file) => {
    const kept = new Set(indices);
    return files[file].filter(({ id }, index) => kept.has(index) || held.has(id));
  });
}

/** The first of equal texts stays; a repeated id gets a number, so that ids name one document each. */
function withoutDuplicates(documents: readonly SourceDocument[]): SourceDocument[] {
  const texts = new Set<string>();
  const ids = new Map<string, number>();
  return documents.flatMap((document) => {
    const hash = sha256(document.text);
    if (texts.has(hash)) return [];
    texts.add(hash);
    const times = (ids.get(document.id) ?? 0) + 1;
    ids.set(document.id, times);
    return [times === 1 ? document : { ...document, id: `${document.id}#${times}` }];
  });
}

function emptiness({ files, maxBytes }: BuildOptions): string {
  if (maxBytes !== undefined) return `no document fits into --max-bytes ${maxBytes}`;
  return `${files?.join(", ")} has no document with text`;
}

function checkSplits(documents: readonly CorpusDocument[], { validationShare, testShare }: BuildOptions) {
  const needed = { train: 1 - validationShare - testShare, validation: validationShare, test: testShare };
  for (const [split, share] of Object.entries(needed)) {
    if (share > 0 && !documents.some((document) => document.split === split)) {
      throw new UserError(
        `Split by group, ${grouped(documents.length)} documents leave none for ${split} (share ${share.toFixed(2)}). Give more documents (a file of plain text is one, a line of JSONL is one), or another --validation-share and --test-share.`,
      );
    }
  }
}
