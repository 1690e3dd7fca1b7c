/**
 * @file Matching a lexicon of words, stems ("tumor*") and endings ("*itis") in text.
 *
 * Text is cut into words at anything that is not a letter, and words are looked up: linear in the text whatever it
 * holds. Case does not matter; a bare word also matches its plural in s or es.
 */
export type Lexicon = (text: string) => string[];

/** Compiles terms into a function that returns the words of a text that match, lower-cased, in order. */
export function compileLexicon(terms: readonly string[]): Lexicon {
  const words = new Set<string>();
  const stems: string[] = [];
  const endings: string[] = [];
  const parts: string[] = [];
  for (const term of terms.map((raw) => raw.toLowerCase())) {
    const [open, close] = [term.startsWith("*"), term.endsWith("*")];
    const core = term.slice(open ? 1 : 0, close ? -1 : undefined);
    if (open && close) parts.push(core);
    else if (open) endings.push(core);
    else if (close) stems.push(core);
    else for (const plural of ["", "s", "es"]) words.add(core + plural);
  }
  const matches = (word: string) =>
    words.has(word) ||
    stems.some((stem) => word.startsWith(stem)) ||
    endings.some((ending) => word.endsWith(ending)) ||
    parts.some((part) => word.includes(part));
  return (text) => (text.toLowerCase().match(/\p{L}+/gu) ?? []).filter(matches);
}
