/** @file Reading fast: linear read-outs of the residual stream, documents of any length, memory bounded by a run. */
export {
  type DocumentReader,
  type DocumentReaderOptions,
  documentReader,
  type Span,
  type TakeSpan,
} from "./document-reader.js";
export type { Precision } from "./linear.js";
export { type ReadOutOptions, type ReadOutPrograms, readOutPrograms, runLengths } from "./programs.js";
export { INT8_VERSION } from "./quantise.js";
export type { ReadOut } from "./stream-graph.js";
