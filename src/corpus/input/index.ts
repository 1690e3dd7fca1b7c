/** @file What comes in, whatever it is stored as: input files found, and their rows read. */
export { digestOf } from "./bytes.js";
export { sentenceOf } from "./checked.js";
export { findInOrder, findInputs } from "./find.js";
export { kindOf } from "./kinds.js";
export { type OpenRows, openRows } from "./rows.js";
export type {
  BadRow,
  DocumentRow,
  EmptyRow,
  Extent,
  InputDigest,
  InputFile,
  ReadOptions,
  Row,
} from "./types.js";
export type { Unread } from "./unread.js";
