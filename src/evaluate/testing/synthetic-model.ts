/** @file A tiny model with synthetic weights, which reads bytes, as a model directory. For tests. */
import { join } from "node:path";
import { GptConfig, gptShapes, lossReader, saveModel } from "../../nn/index.js";
import { syntheticParameters, toSingle, type Values } from "../../nn/testing/reference.js";
import { BYTE_CHARACTERS } from "../../tokens/byte-alphabet.js";
import { loadTokenizer, placeSpecials, writeTokenizer } from "../../tokens/index.js";
import { writeByteLevelJson } from "../../tokens/tokenizer-json.js";

export const SPECIALS = placeSpecials("bytes", 256);
export const { endOfText: END } = SPECIALS.specials;

/** Writes a model of context 64 into a folder. */
export async function syntheticModel(folder: string, { seed = 7, width = 8 } = {}) {
  const directory = join(folder, `model-${seed}`);
  const shape = { vocabulary: SPECIALS.vocabularySize, width, layers: 1, heads: 2, context: 64 };
  const config = GptConfig.parse(shape);
  const values: Values = syntheticParameters(gptShapes(config), seed);
  const model = { config, direction: "forward" as const, parameters: toSingle(values) };
  await saveModel(directory, model);
  const vocabulary = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
  await writeTokenizer(directory, writeByteLevelJson(vocabulary, []), SPECIALS);
  const reader = (batch?: number) => lossReader(model, END, { batch });
  return { directory, config, values, tokenizer: loadTokenizer(directory), reader };
}
