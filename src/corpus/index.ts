/** @file The corpus room: documents in, a fixed and split set of documents out. */
export { type BuildOptions, buildCorpus, type Corpus } from "./build.js";
export { CorpusDocument, type SourceDocument, SPLITS, type Split, TruthSpan } from "./document.js";
export { requireTextField } from "./first.js";
export * from "./input/index.js";
export { type Fields, readSource } from "./read.js";
export { readRecords } from "./records.js";
export { splitOf } from "./split.js";
export { CorpusOptions, corpusStage } from "./stage.js";
export { readDocuments, writeDocuments } from "./store.js";
export { type CorpusSummary, summarise } from "./summary.js";
export { wholeRows } from "./whole.js";
export { wordNetDomains } from "./wordnet/domains.js";
export { MIXINGS, type Mixing } from "./wordnet/mixing.js";
export { readWordNet, type Synset } from "./wordnet/parse.js";
export { ROOTS, WORDNET_DOMAINS, type WordNetDomain } from "./wordnet/roots.js";
