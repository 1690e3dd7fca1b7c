/**
 * @file Kinds of input files, told by their extension, in upper or lower case.
 *
 * The extension decides, not the content: what a file is must not depend on bytes an attacker chose. `.json.gz` is one
 * record a line, as published corpora use it; a bare `.json` is not taken, it is as often one value as many.
 */

export interface Kind {
  format: "jsonl" | "text" | "wet" | "parquet";
  compression: "none" | "gzip" | "zstd";
}

const EXTENSIONS = /\.(?:(jsonl|ndjson)|(json)(?=\.)|(txt)|(?:warc\.)?(wet))(?:\.(gz|zst))?$|\.(parquet)$/i;

/** What is read, for messages. */
export const READABLE = ".jsonl, .ndjson, .json.gz, .txt and .wet (each also .gz or .zst), and .parquet";

/** The kind of a file by its name; undefined when it is not one that is read. */
export function kindOf(name: string): Kind | undefined {
  const match = EXTENSIONS.exec(name);
  if (!match) return undefined;
  const [, , , text, wet, compression, parquet] = match.map((part) => part?.toLowerCase());
  if (parquet) return { format: "parquet", compression: "none" };
  return {
    format: text ? "text" : wet ? "wet" : "jsonl",
    compression: compression === "gz" ? "gzip" : compression === "zst" ? "zstd" : "none",
  };
}

/** A name without the extension that `kindOf` goes by. */
export function withoutExtension(name: string): string {
  return name.replace(EXTENSIONS, "");
}
