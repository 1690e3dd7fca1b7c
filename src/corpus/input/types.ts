/**
 * @file What comes in: input files, and the rows read from them.
 *
 * A row is a document or something that could not be read as one. Bad rows are yielded, not thrown, so that whoever
 * reads can set them aside, count them and stop when there are too many.
 */

/** One file to read: on disk, in an object store, or on the Hugging Face hub. */
export interface InputFile {
  /** Absolute path, s3://bucket/key, or hf://datasets/owner/name/path. */
  uri: string;
  /** What results are reported under: the path below the folder or prefix given, without extension. */
  source: string;
  /** Size, bytes. */
  bytes: number;
}

/** A document as read. `row` counts every record of the file from 0: documents, empty and bad ones. */
export interface DocumentRow {
  kind: "document";
  row: number;
  id: string;
  /** Well-formed, not empty; its UTF-8 is what is tokenized. */
  text: string;
  /** The further fields asked for with `keepFields` that the record has; absent when none were asked for. */
  fields?: Record<string, unknown>;
}

/** A record with no text but white space: counted, nothing else. */
export interface EmptyRow {
  kind: "empty";
  row: number;
}

/**
 * How much a bad row stands for: one record; a stretch of the file with an unknown number of them, behind which reading
 * went on; or the rest of the file, behind which nothing follows.
 */
export type Extent = "record" | "stretch" | "rest";

/** What could not be read. It takes one row number, whatever its extent. */
export interface BadRow {
  kind: "bad";
  row: number;
  /** One clause: "is not JSON: Unexpected token", "invalid UTF-8", "the gzip stream is truncated". */
  reason: string;
  /** Where: "line 12", "byte 100,000,000 of the decompressed stream", "row group 3". */
  position: string;
  /** The first bytes of it, escaped, at most 200 characters. */
  excerpt: string;
  /** Anything but "record" is data lost in unknown number: count it apart from bad records. */
  extent: Extent;
  /** There is no such field for the text, or one of another type: the command may name a wrong one. */
  lacksText?: true;
  /** Of a stretch or rest, how many bytes are lost, where known: stored ones, or of the text for damage inside it. */
  bytes?: number;
}

export type Row = DocumentRow | EmptyRow | BadRow;

export interface ReadOptions {
  textField: string;
  idField: string;
  /** Longest record (line, document) accepted, bytes; a longer one is bad. */
  maxRecordBytes: number;
  /** Further fields to hand on with each document, e.g. its domain. None by default: they cost memory. */
  keepFields?: readonly string[];
  /** Nothing of the corpus in what is said of bad rows: no excerpt, no quotes in reasons. */
  noText?: boolean;
  /** Records are of several kinds, or were checked before: the first need not have the text's field. */
  mayLackText?: boolean;
}

/** Where in a file a stretch of rows begins. */
export interface Origin {
  /** Number of its first row. */
  row: number;
  /** Said behind positions, which count from there; empty at the start of the file. */
  after: string;
}

/** SHA-256 and size of the bytes as stored, known once all rows were read. */
export interface InputDigest {
  bytes: number;
  sha256: string;
}
