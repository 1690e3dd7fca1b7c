/** @file Tracing: a function of tensors becomes a flat program, with the forms of its arguments and its result. */
import type { ClosedJaxpr } from "@jax-js/jax";
import { type JaxArray, use, wrap } from "./arrays.js";
import { initialiseJax, jax } from "./jax.js";
import { Spec } from "./spec.js";
import type { Tensor } from "./tensor.js";
import { leaves, leavesWithPaths, rebuild } from "./tree.js";

export interface Trace {
  program: ClosedJaxpr;
  inputs: { path: string; spec: Spec }[];
  /** the traced result, whose leaves know their shapes and types */
  result: unknown;
}

/** Traces fn on arguments of the given specs. Nothing is computed. */
export async function trace(fn: (...args: never[]) => unknown, specs: readonly unknown[]): Promise<Trace> {
  await initialiseJax();
  const inputs = leavesWithPaths(specs).map(([path, leaf]) => ({ path, spec: expectSpec(path, leaf) }));
  let result: unknown;
  const flat = (...arrays: JaxArray[]) => {
    result = fn(...(rebuild(specs, arrays.map(wrap)) as never[]));
    return leaves<Tensor>(result).map((leaf) => use(leaf));
  };
  const examples = inputs.map(({ spec: { shape, dtype } }) =>
    jax.numpy.zeros([...shape], { dtype: dtype as JaxArray["dtype"] }),
  );
  const { jaxpr } = jax.makeJaxpr(flat)(...examples);
  for (const example of examples) example.dispose();
  return { program: jaxpr, inputs, result };
}

function expectSpec(path: string, leaf: unknown): Spec {
  if (leaf instanceof Spec) return leaf;
  throw new Error(`Argument ${path} of the compiled function is not a spec: ${String(leaf)}`);
}
