/** @file Small files to be broken: a valid one of every kind that is read, and those that once went wrong. Synthetic. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { kindOf } from "../kinds.js";
import { PARQUET, PARQUET_SHAPES, ZSTD } from "./samples.js";

const words = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => ["heart", "stone", "naïve", "🩺", "a", "\\n"][(i * 7 + seed) % 6]).join(" ");

function jsonl(): Buffer {
  const lines = Array.from({ length: 40 }, (_, i) => {
    const id = i % 3 === 0 ? i : `id-${i}`;
    return JSON.stringify({
      id: i % 5 ? id : undefined,
      text: words(i * 3, i),
      nested: { a: [1, "\ud83e\ude7a", null] },
    });
  });
  lines.splice(10, 0, "", '{"text":"\\u00e9\\ud83e\\ude7a"}', '{"__proto__":{"text":"x"},"text":"own"}', "  ");
  return Buffer.from(lines.join("\n"));
}

function text(): Buffer {
  return Buffer.from(Array.from({ length: 60 }, (_, i) => words(60, i)).join("\n\n"));
}

/** A zstd frame of one uncompressed block, without checksum. At most 128 KiB. */
export function zstdFrameOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 10 << 3, 0, 0, 0]);
  header.writeUIntLE((bytes.length << 3) | 1, 6, 3);
  return Buffer.concat([header, bytes]);
}

/** One WARC record of extracted text. */
export function wetRecord(type: string, id: string, content: string): Buffer {
  const header = `WARC/1.0\r\nWARC-Type: ${type}\r\nWARC-Record-ID: <urn:uuid:${id}>\r\nContent-Type: text/plain\r\n`;
  return Buffer.from(`${header}Content-Length: ${Buffer.byteLength(content)}\r\n\r\n${content}\r\n\r\n`);
}

function wetRecords(): Buffer[] {
  const pages = Array.from({ length: 20 }, (_, i) => wetRecord("conversion", `page-${i}`, words(i * 5, i)));
  return [wetRecord("warcinfo", "info", "software: synthetic"), ...pages];
}

/** Files that once went wrong; a package has none. */
const CASES = new URL("../../../../src/testing/cases/", import.meta.url);
/** Larger ones make fuzzing slow. */
const MOST_BYTES = 2 ** 18;

/** Files to break by name: the valid ones, and those that once went wrong. */
export function filesToBreak(): ReadonlyMap<string, Buffer> {
  return (all ??= new Map([...validFiles(), ...cases()]));
}

let all: ReadonlyMap<string, Buffer> | undefined;

function cases(): [string, Buffer][] {
  if (!existsSync(CASES)) return [];
  const names = readdirSync(CASES, { recursive: true, encoding: "utf8" })
    .filter((name) => kindOf(name))
    .sort();
  const files = names.map((name): [string, Buffer] => [
    `case-${basename(name)}`,
    readFileSync(new URL(name.split("/").map(encodeURIComponent).join("/"), CASES)),
  ]);
  return files.filter(([, bytes]) => bytes.length <= MOST_BYTES);
}

let made: Map<string, Buffer> | undefined;

/** Files by name; the name tells the kind. Made once. */
export function validFiles(): ReadonlyMap<string, Buffer> {
  return (made ??= makeFiles());
}

function makeFiles(): Map<string, Buffer> {
  const half = jsonl().length >> 1;
  return new Map<string, Buffer>([
    ["plain.jsonl", jsonl()],
    ["two-members.jsonl.gz", Buffer.concat([gzipSync(jsonl().subarray(0, half)), gzipSync(jsonl().subarray(half))])],
    ["two-frames.jsonl.zst", ZSTD],
    ["plain.txt", text()],
    ["plain.txt.gz", gzipSync(text())],
    ["pages.wet", Buffer.concat(wetRecords())],
    ["pages.warc.wet.gz", Buffer.concat(wetRecords().map((record) => gzipSync(record)))],
    ...Object.entries({ ...PARQUET, ...PARQUET_SHAPES }).map(([name, bytes]) => [`${name}.parquet`, bytes] as const),
  ]);
}
