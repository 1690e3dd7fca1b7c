/**
 * @file Store: where a job's results live, a folder of a (shared) file system or a prefix in an object store.
 *
 * Names are relative, with "/" between parts, and made by us, never from document ids. An object appears whole under its
 * name or not at all. `create` is the commit: of several writers one wins. Nothing here locks; whoever writes the same
 * name must write the same bytes, which shards do.
 */

/** Bytes to write, in order. */
export type Chunks = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface Store {
  /** As a person names it: "runs/scores", "s3://bucket/prefix". */
  readonly uri: string;
  /** Bytes of an object; undefined when there is none. */
  size(name: string): Promise<number | undefined>;
  /** A whole object. @throws UserError when there is none */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Bytes [start, end) of an object, in memory of their own. @throws UserError when they are not all there */
  readRange(name: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Names of all objects that start with `prefix`, sorted by code point. Unfinished writes are not among them. */
  list(prefix: string): Promise<string[]>;
  /** Writes an object, replacing one of the same name; fsynced before it appears. */
  write(name: string, chunks: Chunks): Promise<void>;
  /** Writes an object unless one of that name exists. @returns whether it was written */
  create(name: string, chunks: string | Uint8Array): Promise<boolean>;
  /** Removes an object, or all objects below a prefix that ends in "/"; absent ones are no error. */
  remove(nameOrPrefix: string): Promise<void>;
  /** Removes what interrupted writes left behind (temporary files, unfinished uploads). */
  sweep(): Promise<void>;
}
