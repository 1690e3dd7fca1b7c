/** @file Compiled functions: trace once, run many times on host arrays. */
import { allocate, checkedInput, runtimeTensor } from "./buffers.js";
import type { CompileOptions } from "./options.js";
import { compileTrace } from "./session.js";
import type { Spec, TensorsOf } from "./spec.js";
import type { HostArray, Tensor } from "./tensor.js";
import { trace } from "./trace.js";
import { leaves, type Mapped, rebuild } from "./tree.js";

/** Host arrays for the arguments of a program; a number may stand for a scalar. */
export type InputsOf<T> = Mapped<T, Spec, HostArray | number>;
export type ArraysOf<T> = Mapped<T, Tensor, HostArray>;

export interface Program<In extends readonly unknown[], Out> {
  /** Runs on arrays that match the specs; blocks the thread meanwhile. The results are the caller's own. */
  run(...inputs: InputsOf<In>): Promise<ArraysOf<Out>>;
  /** The same, for a program with a single output, into an array that the caller reuses. */
  runInto(output: HostArray, ...inputs: InputsOf<In>): Promise<void>;
  /** Gives the native memory back. */
  release(): Promise<void>;
}

/** Compiles fn for arguments of the given specs: `compile((x, w) => matmul(x, w), [spec([2, 3]), spec([3, 4])])`. */
export async function compile<const In extends readonly unknown[], Out>(
  fn: (...args: TensorsOf<In>) => Out,
  specs: In,
  options: CompileOptions = {},
): Promise<Program<In, Out>> {
  const traced = await trace(fn as unknown as (...args: never[]) => unknown, specs);
  const { run: runNative, ports, release } = await compileTrace(traced, options);
  const execute = async (inputs: readonly unknown[], results: readonly HostArray[]) => {
    const given = leaves<unknown>(inputs);
    if (given.length !== traced.inputs.length) {
      throw new Error(`The program takes ${traced.inputs.length} arrays, got ${given.length}`);
    }
    const feeds = ports.inputs.map((port, index) => {
      const data = checkedInput(traced.inputs[index].path, given[index], port);
      return [port.name, runtimeTensor(data, port)];
    });
    const fetches = ports.outputs.map((port, index) => [port.name, runtimeTensor(results[index], port)]);
    await runNative(Object.fromEntries(feeds), Object.fromEntries(fetches));
  };
  return {
    async run(...inputs) {
      const results = ports.outputs.map((port) => allocate(port));
      await execute(inputs, results);
      return rebuild(traced.result, results) as ArraysOf<Out>;
    },
    async runInto(output, ...inputs) {
      if (ports.outputs.length !== 1) throw new Error(`The program has ${ports.outputs.length} outputs, not one`);
      await execute(inputs, [checkedInput("output", output, ports.outputs[0])]);
    },
    release,
  };
}
