/** @file Benches: Lacuna's speed beside the machine's limit and its peers. */
export { formatBench } from "./format.js";
export { formatRealPrecision, formatScoreBench } from "./format-score.js";
export { formatTokenizerBench } from "./format-tokenizer.js";
export { comparePrecisionsOf, type RealPrecision } from "./real-precision.js";
export { benchScore, type ScoreBenchOptions, type ScoreBenchResult, type ScoreBenchRow } from "./score.js";
export { SCORE_SIZES } from "./score-work.js";
export { BENCH_SIZES, type BenchSize, stepFlops } from "./sizes.js";
export { benchTokenizer, type TokenizerBenchOptions, type TokenizerBenchResult } from "./tokenizer.js";
export { type BenchOptions, type BenchResult, type BenchRow, benchTrain } from "./train.js";
