/**
 * @file The tokens room: tokenizers with exact byte offsets, token shards, labels carried between tokenizers.
 *
 * Encoding and decoding are synchronous.
 */
export { carry } from "./alignment.js";
export {
  type ChatTokens,
  chatTemplate,
  encodeChat,
  encodePrompt,
  Message,
  type Turn,
} from "./chat.js";
export { type DescribedSpecials, describeFrame, describeSpecials } from "./describe-specials.js";
export {
  type CarriedDocument,
  carryDocument,
  documentEnds,
  documentTokens,
  type Frame,
  NO_FRAME,
} from "./document-tokens.js";
export { NAMED_TOKENIZERS, type NamedTokenizer, namedTokenizer } from "./named.js";
export { pickDocuments, selectDocuments } from "./select.js";
export {
  type DocumentName,
  readDocument,
  readTokens,
  readTruth,
  requireSameTokenizer,
  requireTokens,
  type TokenShard,
  type TokenTruth,
  writeTokens,
} from "./shards.js";
export {
  placeSpecials,
  SPECIAL_NAMES,
  SPECIAL_TEXTS,
  type SpecialName,
  type Specials,
  SpecialsFile,
  SpecialsFrame,
  unsayableIds,
} from "./specials.js";
export { TokenizeOptions, TokenizerOptions, tokenizerStage, tokenizeStage } from "./stages.js";
export { type TokenizedCorpus, tokenizeCorpus } from "./tokenize.js";
export {
  copyTokenizer,
  createTokenizer,
  loadTokenizer,
  type Tokenizer,
  tokenizerFingerprint,
  writeTokenizer,
} from "./tokenizer.js";
export { MAX_TRAINED_ENTRIES, trainByteLevelBpe } from "./train.js";
export { openTrainerTokenizer } from "./trainer-tokenizer.js";
export { NO_DOMAIN, truthOfTokens } from "./truth.js";
export { WordCache } from "./word-cache.js";
