/** @file The same function run by jax-js itself: slow, independent of the lowering and of the native runtime. For tests. */
import { allocate, checkedInput, type HostArray } from "./buffers.js";
import type { ArraysOf, InputsOf } from "./compile.js";
import { initialiseJax, jax } from "./jax.js";
import { type JaxArray, Tensor, wrap } from "./tensor.js";
import type { Spec, TensorsOf } from "./trace.js";
import { leaves, rebuild } from "./tree.js";

/** Runs fn by jax-js' WebAssembly backend on arrays of the given specs. */
export async function runWithJax<const In extends readonly unknown[], Out>(
  fn: (...args: TensorsOf<In>) => Out,
  specs: In,
  ...inputs: InputsOf<In>
): Promise<ArraysOf<Out>> {
  await initialiseJax();
  const given = leaves<unknown>(inputs);
  const specLeaves = leaves<Spec>(specs);
  let result: unknown;
  const flat = (...arrays: JaxArray[]) => {
    result = fn(...(rebuild(specs, arrays.map(wrap)) as unknown as TensorsOf<In>));
    return leaves<Tensor>(result).map((leaf) => Tensor.use(leaf));
  };
  const arrays = specLeaves.map((leaf, index) => {
    const data = checkedInput(String(index), given[index], leaf);
    const values = data instanceof Uint8Array ? Int32Array.from(data) : data.slice();
    const array = jax.numpy.array(values as Float32Array<ArrayBuffer>, { shape: [...leaf.shape] });
    return leaf.dtype === "bool" ? array.astype(jax.DType.Bool) : array;
  });
  const jitted = jax.jit(flat);
  const outputs = jitted(...arrays);
  const values = await Promise.all(outputs.map((output) => output.data()));
  jitted.dispose();
  const host = leaves<Tensor>(result).map((leaf, index) => {
    const copy: HostArray = allocate(leaf);
    copy.set(values[index] as ArrayLike<number>);
    return copy;
  });
  return rebuild(result, host) as ArraysOf<Out>;
}
