/**
 * @file The same functions run by jax-js itself: slow, independent of the lowering and of the native runtime.
 *
 * The oracle of the tests, and the peer of the bench.
 */

import { type JaxArray, use, wrap } from "./arrays.js";
import { allocate, checkedInput } from "./buffers.js";
import type { ArraysOf, InputsOf } from "./compile.js";
import { initialiseJax, jax } from "./jax.js";
import type { Loop, Step } from "./loop.js";
import type { Spec, TensorsOf } from "./spec.js";
import type { HostArray, Tensor } from "./tensor.js";
import { leaves, type Mapped, rebuild } from "./tree.js";

/** A function of flat arrays, compiled by jax-js; consumes its arguments. The form of its result is known after a call. */
function jitted(fn: (...args: never[]) => unknown, specs: unknown) {
  let form: unknown;
  const flat = (...arrays: JaxArray[]) => {
    form = fn(...(rebuild(specs, arrays.map(wrap)) as never[]));
    return leaves<Tensor>(form).map((leaf) => use(leaf));
  };
  return { call: jax.jit(flat), form: () => form };
}

function toJax(value: unknown, leaf: Spec, name: string): JaxArray {
  const data = checkedInput(name, value, leaf);
  const values = data instanceof Uint8Array ? Int32Array.from(data) : data.slice();
  const array = jax.numpy.array(values as Float32Array<ArrayBuffer>, { shape: [...leaf.shape] });
  return leaf.dtype === "bool" ? array.astype(jax.DType.Bool) : array;
}

/** Consumes the array. */
function toHost(array: JaxArray, leaf: Spec | Tensor): HostArray {
  const copy = allocate(leaf);
  copy.set(array.dataSync() as ArrayLike<number>);
  return copy;
}

function arraysFor(specs: unknown, values: unknown): JaxArray[] {
  const given = leaves<unknown>(values);
  return leaves<Spec>(specs).map((leaf, index) => toJax(given[index], leaf, String(index)));
}

/** Runs fn by jax-js' WebAssembly backend on arrays of the given specs. */
export async function runWithJax<const In extends readonly unknown[], Out>(
  fn: (...args: TensorsOf<In>) => Out,
  specs: In,
  ...inputs: InputsOf<In>
): Promise<ArraysOf<Out>> {
  await initialiseJax();
  const { call, form } = jitted(fn as unknown as (...args: never[]) => unknown, specs);
  const outputs = call(...arraysFor(specs, inputs));
  call.dispose();
  const shapes = leaves<Tensor>(form());
  const host = outputs.map((output, index) => toHost(output, shapes[index]));
  return rebuild(form(), host) as ArraysOf<Out>;
}

/** What `compileLoop` makes, by jax-js' WebAssembly backend. The state must be loaded before the first run. */
export async function loopWithJax<State, Batch, Metrics>(
  step: Step<State, Batch, Metrics>,
  specs: { state: State; batch: Batch },
): Promise<Loop<State, Batch, Metrics>> {
  await initialiseJax();
  let metricsForm: Metrics | undefined;
  const flat = (state: TensorsOf<State>, batch: TensorsOf<Batch>) => {
    const next = step(state, batch);
    metricsForm = next.metrics;
    return [leaves<Tensor>(next.state), leaves<Tensor>(next.metrics)];
  };
  const { call } = jitted(flat as unknown as (...args: never[]) => unknown, [specs.state, specs.batch]);
  const stateSpecs = leaves<Spec>(specs.state);
  let state: JaxArray[] = [];
  const dispose = () => {
    for (const array of state) array.dispose();
    state = [];
  };
  return {
    load(values) {
      dispose();
      state = arraysFor(specs.state, values);
    },
    async run(batch) {
      const outputs = call(...state, ...arraysFor(specs.batch, batch));
      state = outputs.slice(0, stateSpecs.length);
      await jax.blockUntilReady(state);
      const shapes = leaves<Tensor>(metricsForm);
      const metrics = outputs.slice(stateSpecs.length).map((output, index) => toHost(output, shapes[index]));
      return rebuild(metricsForm, metrics) as Mapped<Metrics, Tensor, HostArray>;
    },
    state() {
      const values = state.map((array, index) => toHost(array.ref, stateSpecs[index]));
      return rebuild(specs.state, values) as Mapped<State, Spec, HostArray>;
    },
    async release() {
      dispose();
      call.dispose();
    },
  };
}
