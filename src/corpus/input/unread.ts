/**
 * @file Which of the files found are read; the others are named and counted, so that none is left out without a word.
 *
 * The same for folders, buckets and repositories: what a name says decides. Hidden files (a name that begins with a dot, or a
 * folder's) are read when a path or pattern names them; those that could be read are counted.
 */
import { grouped } from "../../base/errors.js";
import { kindOf, READABLE, withoutExtension } from "./kinds.js";
import type { InputFile } from "./types.js";

/** A file that is left out. */
export interface Unread {
  uri: string;
  /** A clause: "not of a kind that is read". */
  why: string;
}

export interface Found {
  /** Sorted by URI. */
  files: InputFile[];
  unread: Unread[];
}

/** A file as listed. */
export interface Listed {
  uri: string;
  /** Below the folder, prefix or base of the pattern given. */
  name: string;
  bytes: number;
}

/** Why a hidden file is left out. */
export const HIDDEN = "hidden: give it by name to read it";
const SHOWN = 10;

/** Whether a file or a folder around it begins with a dot. */
export function isHidden(name: string): boolean {
  return /(^|\/)\./.test(name);
}

/** Sorts out what is listed. @param isNamed - hidden files, too, were asked for: a pattern matched them */
export function sift(listed: readonly Listed[], isNamed: boolean): Found {
  const found: Found = { files: [], unread: [] };
  for (const { uri, name, bytes } of listed) {
    const isLeft = !isNamed && isHidden(name);
    if (kindOf(name) && !isLeft) found.files.push({ uri, source: withoutExtension(name), bytes });
    else if (kindOf(name)) found.unread.push({ uri, why: HIDDEN });
    else if (!isLeft) found.unread.push({ uri, why: `not of a kind that is read (${READABLE})` });
  }
  found.files.sort((a, b) => (a.uri < b.uri ? -1 : 1));
  return found;
}

/** One sentence for each reason, with the first names. */
export function unreadSentences(unread: readonly Unread[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { uri, why } of unread) reasons.set(why, [...(reasons.get(why) ?? []), uri]);
  return [...reasons].map(([why, uris]) => {
    const shown = uris.sort().slice(0, SHOWN).join(", ");
    const more = uris.length > SHOWN ? ` and ${grouped(uris.length - SHOWN)} more` : "";
    return `${grouped(uris.length)} ${uris.length === 1 ? "file is" : "files are"} left out, ${why}: ${shown}${more}.`;
  });
}

/** Says on stderr what is left out. */
export function sayUnread(unread: readonly Unread[]): void {
  for (const sentence of unreadSentences(unread)) console.error(sentence);
}
