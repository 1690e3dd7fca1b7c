/**
 * @file Where the text of a corpus goes, command by command: a line of help in each that writes, shows or sends some.
 *
 * docs/private-text.md is the same in one table. A test runs every command's help.
 */

/** What a command does with text, and what of it --no-text changes; commands that are not here do nothing with it. */
export const TEXT_NOTES = {
  corpus: "documents.jsonl in --out is the text itself.",
  tokenizer: "a vocabulary learnt from text holds pieces of its words.",
  tokenize: "token shards are the text, encoded.",
  label:
    "latents.jsonl in --out quotes passages; --judge anthropic and openai send passages to the endpoint and keep answers in the user's cache. --no-text: no quotes, and no such judge.",
  "label-text":
    "spans.jsonl in --out names words of the lexicon as the text has them; --judge anthropic and openai send the text to the endpoint and keep answers in the user's cache. --no-text: no words, and no such judge.",
  "classifier fit": "a classifier of words keeps words of the text in its vocabulary.",
  "classifier new":
    "classifier.html in --out quotes passages, its steps/ hold the text, and the classifier words of it. --no-text: no passages on the page.",
  score:
    "quarantine/ in --out quotes the first 200 characters of bad records. --no-text: no quotes there or in errors.",
  inspect: "passages are printed. --no-text: their places and scores only.",
  export: "the export is the text, or its tokens.",
  "label-report": "the page quotes passages and contexts. --no-text: numbers only.",
  study: "report.html and results.json in --out quote passages, and steps/ hold the text. --no-text: no passages.",
} as const;

/** The lines for the end of a command's help; "" for one that does nothing with text. */
export function textNote(command: string): string {
  const note = (TEXT_NOTES as Record<string, string>)[command];
  return note === undefined ? "" : `\nWhere text goes: ${note} See docs/private-text.md.\n`;
}
