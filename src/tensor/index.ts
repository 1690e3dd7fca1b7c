/** @file Traced tensor programs, compiled for the native runtime. */

export { type AttentionOptions, attend } from "./attention.js";
export { type ArraysOf, compile, type InputsOf, type Program } from "./compile.js";
export { constant } from "./constant.js";
export { crossEntropy, tokenLosses } from "./crossEntropy.js";
export { valueAndGrad } from "./gradient.js";
export { compileGraph, type GraphProgram } from "./graph-program.js";
export { matmul, pick, take } from "./linear.js";
export { compileLoop, type Loop, type Step } from "./loop.js";
export { type Graph, MICROSOFT } from "./lowering/graph.js";
export { rmsNorm, squaredRelu } from "./normalise.js";
export type { CompileOptions } from "./options.js";
export { loopWithJax, runWithJax } from "./oracle.js";
export {
  add,
  cast,
  div,
  equal,
  exp,
  greaterEqual,
  less,
  log,
  maximum,
  minimum,
  mul,
  neg,
  reciprocal,
  relu,
  sigmoid,
  sqrt,
  square,
  stopGradient,
  sub,
  where,
} from "./pointwise.js";
export { broadcastTo, concat, expandDims, max, mean, reshape, slice, sum, transpose } from "./shaping.js";
export { softmax } from "./softmax.js";
export { Spec, spec, type TensorsOf } from "./spec.js";
export { type DType, type HostArray, type Operand, type Shape, Tensor } from "./tensor.js";
export type { Mapped, Tree } from "./tree.js";
