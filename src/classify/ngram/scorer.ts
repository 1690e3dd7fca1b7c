/**
 * @file Scoring by words: documents' ids are read back as text, and every token gets its logit.
 *
 * One document at a time; nothing is held of it afterwards but the words in the model's cache.
 */
import { type DocumentText, textReader } from "../../label/index.js";
import { loadTokenizer } from "../../tokens/index.js";
import type { Classifier } from "../scorer.js";
import { type DocumentLogits, scoresOf } from "../stream.js";
import { logitReader, type TextLogits } from "./logits.js";
import { openModel } from "./model.js";
import { readNgram } from "./model-file.js";

/** Words from which a document's share of unknown ones says something. */
const ENOUGH_WORDS = 20;

/** Share of a document's words that are not in the dictionary; undefined where there are too few to say. */
export function unknownShare({ words, unknownWords }: TextLogits): number | undefined {
  return words < ENOUGH_WORDS ? undefined : unknownWords / words;
}

/** Opens a finished classifier of n-grams. @throws UserError when something in it is missing or does not fit */
export function openNgram(directory: string): Classifier {
  const { file, weights, fingerprint } = readNgram(directory);
  const tokenizer = loadTokenizer(directory);
  const read = textReader(tokenizer);
  const logitsOf = logitReader(openModel(weights, file.settings.lexicon), file.settings);
  const isSpecial = new Uint8Array(tokenizer.vocabularySize);
  for (const id of Object.values(tokenizer.specials)) isSpecial[id] = 1;
  const calibration = { token: file.token.calibration, document: file.document.calibration };
  const { unfamiliarShare } = file.settings;
  async function* logits(
    documents: Iterable<Uint32Array> | AsyncIterable<Uint32Array>,
  ): AsyncGenerator<DocumentLogits> {
    let document = 0;
    for await (const ids of documents) {
      const text: DocumentText = read(ids);
      const found = logitsOf(text);
      const isUnfamiliar = (unknownShare(found) ?? 0) > unfamiliarShare;
      yield { document: document++, ids, tokenLogits: found.tokenLogits, documentLogit: found.meanLogit, isUnfamiliar };
    }
  }
  return {
    ...{ file, fingerprint, isSpecial, logits },
    async *score(documents) {
      for await (const one of logits(documents)) yield scoresOf(one, calibration, isSpecial);
    },
    modelSeconds: () => 0,
    release: async () => {},
  };
}
