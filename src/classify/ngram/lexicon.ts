/**
 * @file The lexicon behind labels: which terms made them, and where they fire.
 *
 * When a lexicon labelled the sentences, a classifier of words would learn the lexicon and nothing else. So its words are taken
 * out while fitting, and a bonus stands in for them when scoring.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readManifest } from "../../base/stage.js";
import { compileLexicon, LABEL_STAGES } from "../../label/index.js";
import type { Sentences } from "./sentences.js";
import type { Vocabulary } from "./vocabulary.js";

/** What `npx lacuna label-text` says of its judge. */
const JudgedText = z.looseObject({ judge: z.string(), lexicon: z.array(z.string()).optional() });
const DerivedLabels = z.looseObject({ labels: z.string() });

/** Terms of the lexicon that labelled text; none when the labels came from elsewhere. @throws UserError when they are not kept */
export function lexiconOf(labels: string): string[] {
  const { stage, options, result } = readManifest(labels, LABEL_STAGES);
  if (stage === "label-derive") {
    const { labels: from } = DerivedLabels.parse(options);
    if (existsSync(from)) return lexiconOf(from);
    throw new UserError(`${labels} was made from ${from}, which is gone: whether a lexicon labelled it is unknown.`);
  }
  if (stage !== "label-text") return [];
  const { judge, lexicon } = JudgedText.parse(result);
  if (judge !== "lexicon") return [];
  if (lexicon) return lexicon;
  throw new UserError(`${labels} does not keep the lexicon it was made by. Label again: npx lacuna label-text.`);
}

/** 1 for words in which a term fires, by number. */
export function firesIn({ words }: Vocabulary, terms: readonly string[]): Uint8Array {
  if (terms.length === 0) return new Uint8Array(words.length);
  const found = compileLexicon(terms);
  return Uint8Array.from(words, (word) => (found(word).length > 0 ? 1 : 0));
}

/** 1 for sentences with such a word. @param fires - by number of the word */
export function sentencesWith({ words, offsets }: Sentences, fires: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: offsets.length - 1 }, (_, sentence) => {
    for (let k = offsets[sentence]; k < offsets[sentence + 1]; k++) if (fires[words[k]] === 1) return 1;
    return 0;
  });
}
