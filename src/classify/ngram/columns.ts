/**
 * @file What an n-gram classifier says of tokens, as more of their features beside the states of models.
 *
 * A token's columns come from its document's text alone, so they are added to what models say document by document.
 */
import { textReader } from "../../label/index.js";
import type { Tokenizer } from "../../tokens/index.js";
import type { LinearProbe } from "../loss.js";
import type { DocumentLogits } from "../stream.js";
import { COLUMNS, logitReader } from "./logits.js";
import { openModel } from "./model.js";
import type { StoredNgram } from "./model-file.js";

/** Reads the columns of a document from its ids. @returns shape [tokens, COLUMNS]; special tokens have zeros */
export type ColumnReader = (ids: Uint32Array) => Float32Array;

export function columnReader(
  { file, weights }: Pick<StoredNgram, "file" | "weights">,
  tokenizer: Tokenizer,
): ColumnReader {
  const read = textReader(tokenizer);
  const logitsOf = logitReader(openModel(weights, file.settings.lexicon), file.settings);
  return (ids) => {
    const columns = new Float32Array(ids.length * COLUMNS);
    logitsOf(read(ids), columns);
    return columns;
  };
}

/** Adds the columns' part to the logits that models gave. @param weights - of the columns alone, by probe */
export async function* withColumns(
  logits: AsyncIterable<DocumentLogits>,
  read: ColumnReader,
  weights: Record<"token" | "document", LinearProbe["weights"]>,
  isSpecial: Uint8Array,
): AsyncGenerator<DocumentLogits> {
  for await (const one of logits) {
    const { ids, tokenLogits } = one;
    const columns = read(ids);
    let [sum, ordinary] = [0, 0];
    for (let token = 0; token < ids.length; token++) {
      for (let k = 0; k < COLUMNS; k++) tokenLogits[token] += weights.token[k] * columns[COLUMNS * token + k];
      if (isSpecial[ids[token]] === 1) continue;
      for (let k = 0; k < COLUMNS; k++) sum += weights.document[k] * columns[COLUMNS * token + k];
      ordinary++;
    }
    yield { ...one, documentLogit: one.documentLogit === undefined ? undefined : one.documentLogit + sum / ordinary };
  }
}
