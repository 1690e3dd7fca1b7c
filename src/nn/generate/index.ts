/** @file Generation with cached keys and values. */
export { type GenerateOptions, type Generation, type Generator, GREEDY, generator } from "./generate.js";
export { type Nucleus, nucleus, type Sampling, sample } from "./sampling.js";
