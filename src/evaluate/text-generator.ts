/**
 * @file What a model says, as text: prompts are encoded as documents begin in training, answers decoded.
 *
 * Ids that stand for nothing that can be read are never said: padding, `<|hidden|>`, rows of the embedding without a token.
 */
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { generator, loadModel } from "../nn/index.js";
import { encodePrompt, loadTokenizer, type Tokenizer, type Turn, unsayableIds } from "../tokens/index.js";

/** How to sample: nn's options without the ids, which follow from the tokenizer. */
export const SayOptions = z.object({
  maxTokens: z.int().positive().default(64).describe("tokens to say, at most"),
  temperature: z.number().min(0).default(0.8).describe("divides the logits; 0 says the likeliest token always"),
  topP: z.number().gt(0).max(1).default(1).describe("draw from the fewest tokens that hold this much probability"),
  seed: z.int().default(1).describe("seed of the draws"),
});
export type SayOptions = z.infer<typeof SayOptions>;

export interface Said {
  /** Special tokens read as in the tokenizer's `texts`, as does text that spells them: `ids` tell which it is. */
  text: string;
  ids: Uint32Array;
  /** Room ran out before the model ended it. */
  isCut: boolean;
}

export interface TextGenerator {
  tokenizer: Tokenizer;
  /** Tokens in a window of the model. */
  context: number;
  /** Continues texts until end-of-text. @throws UserError when one is longer than the context */
  continueTexts(texts: readonly string[], options: SayOptions, onDone?: (done: number) => void): Promise<Said[]>;
  /** Answers conversations, until the mark that ends a turn. @throws UserError when one is longer than the context */
  answer(
    conversations: readonly (readonly Turn[])[],
    options: SayOptions,
    onDone?: (done: number) => void,
  ): Promise<Said[]>;
  release(): Promise<void>;
}

/** Opens a model directory. @throws UserError when it is missing, reads from the end, or its tokenizer does not fit */
export function openTextGenerator(
  directory: string,
  options: { threads?: number; batch?: number } = {},
): TextGenerator {
  const model = loadModel(directory);
  const tokenizer = loadTokenizer(directory);
  if (model.config.vocabulary !== tokenizer.vocabularySize)
    throw new UserError(
      `${directory} holds a model of ${model.config.vocabulary} tokens and a tokenizer of ${tokenizer.vocabularySize}. Give a folder made by npx lacuna pretrain.`,
    );
  const { endOfText, chatEnd } = tokenizer.specials;
  const made = generator(model, options);
  const bannedIds = unsayableIds(tokenizer);
  const say = async (
    prompts: Uint32Array[],
    stopIds: number[],
    how: SayOptions,
    onDone?: (done: number) => void,
  ): Promise<Said[]> => {
    const generations = await made.generate(prompts, { ...how, stopIds, bannedIds }, onDone);
    return generations.map(({ ids, stoppedBy }) => ({
      text: tokenizer.decode(ids),
      ids,
      isCut: stoppedBy === undefined,
    }));
  };
  return {
    tokenizer,
    context: model.config.context,
    continueTexts: (texts, how, onDone) =>
      say(
        texts.map((text) => Uint32Array.of(endOfText, ...tokenizer.encode(text))),
        [endOfText],
        how,
        onDone,
      ),
    answer: (conversations, how, onDone) =>
      say(
        conversations.map((turns) => encodePrompt(tokenizer, turns)),
        [chatEnd, endOfText],
        how,
        onDone,
      ),
    release: () => made.release(),
  };
}
