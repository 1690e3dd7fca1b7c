/** @file Benches: Lacuna's speed beside the machine's limit and its peers. */
export { formatBench } from "./format.js";
export { formatTokenizerBench } from "./format-tokenizer.js";
export { BENCH_SIZES, type BenchSize, stepFlops } from "./sizes.js";
export { benchTokenizer, type TokenizerBenchOptions, type TokenizerBenchResult } from "./tokenizer.js";
export { type BenchOptions, type BenchResult, type BenchRow, benchTrain } from "./train.js";
