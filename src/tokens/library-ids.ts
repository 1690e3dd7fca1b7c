/**
 * @file Added tokens to which Hugging Face's library gives another id than the file does.
 *
 * The library does not read these ids: it numbers strings that are not in the vocabulary in the order listed, from the
 * vocabulary's size on. A file that it wrote says the same; one edited by hand, or with gaps, may not.
 */
import { PiecesJson } from "./pieces.js";
import { modelVocabulary } from "./tokenizer-json.js";

export interface OtherId {
  content: string;
  /** In the file, and here. */
  id: number;
  /** For a trainer that loads the file with that library. */
  inLibrary: number;
}

/** @param value - a tokenizer.json, parsed */
export function otherIds(value: unknown): OtherId[] {
  const { model, added_tokens } = PiecesJson.parse(value);
  const vocabulary = modelVocabulary(model);
  const added = new Map<string, number>();
  let highest = -1;
  for (const { content } of added_tokens) {
    if (content === "" || added.has(content)) continue;
    const inLibrary = vocabulary.get(content) ?? Math.max(highest + 1, vocabulary.size);
    added.set(content, inLibrary);
    highest = Math.max(highest, inLibrary);
  }
  return added_tokens.flatMap(({ content, id }) => {
    const inLibrary = added.get(content) ?? id;
    return inLibrary === id ? [] : [{ content, id, inLibrary }];
  });
}

/** Said of a file whose ids the library would not keep; undefined where it keeps them. */
export function otherIdsNote(value: unknown): string | undefined {
  const others = otherIds(value);
  if (others.length === 0) return undefined;
  const [{ content, id, inLibrary }] = others;
  return (
    `Hugging Face's library numbers added tokens as listed, so ${others.length} of them have other ids there: ` +
    `${JSON.stringify(content)} is ${id} in the file and here, ${inLibrary} there. If the trainer uses that library, save the file once with it first`
  );
}
