/**
 * @file Compiled loops: a state that each step reads and replaces.
 *
 * Two sets of buffers take turns: a step reads one and writes the other. Writing in place is accepted by the native
 * runtime and silently corrupts weights, because some operations still read what others have already replaced.
 */
import { allocate, checkedInput, runtimeTensor } from "./buffers.js";
import type { InputsOf } from "./compile.js";
import type { CompileOptions } from "./options.js";
import { compileTrace } from "./session.js";
import type { Spec, TensorsOf } from "./spec.js";
import type { HostArray, Tensor } from "./tensor.js";
import { trace } from "./trace.js";
import { leaves, leavesWithPaths, type Mapped, rebuild } from "./tree.js";

export interface Loop<State, Batch, Metrics> {
  /** Sets the state (copied). The state is zero before. */
  load(state: InputsOf<State>): void;
  /** One step; blocks the thread meanwhile. The metrics are the caller's own. */
  run(batch: InputsOf<Batch>): Promise<Mapped<Metrics, Tensor, HostArray>>;
  /** A copy of the state. */
  state(): Mapped<State, Spec, HostArray>;
  /** Gives the native memory back. */
  release(): Promise<void>;
}

/** One step: from the old state and a batch to the new state and what to report. */
export type Step<State, Batch, Metrics> = (
  state: TensorsOf<State>,
  batch: TensorsOf<Batch>,
) => { state: TensorsOf<State>; metrics: Metrics };

/** Compiles a step and keeps its state between runs. The new state must have the form and shapes of the old. */
export async function compileLoop<State, Batch, Metrics>(
  step: Step<State, Batch, Metrics>,
  specs: { state: State; batch: Batch },
  options: CompileOptions = {},
): Promise<Loop<State, Batch, Metrics>> {
  let metricsForm: Metrics | undefined;
  const flat = (state: TensorsOf<State>, batch: TensorsOf<Batch>) => {
    const next = step(state, batch);
    metricsForm = next.metrics;
    return [checkedState(specs.state, next.state), leaves<Tensor>(next.metrics)];
  };
  const traced = await trace(flat as unknown as (...args: never[]) => unknown, [specs.state, specs.batch]);
  const { run: runNative, ports, release } = await compileTrace(traced, options);

  const stateCount = leaves<Spec>(specs.state).length;
  const statePorts = ports.outputs.slice(0, stateCount);
  const newSet = () => statePorts.map((port) => allocate(port));
  const tensors = (set: HostArray[]) => set.map((data, index) => runtimeTensor(data, statePorts[index]));
  let current = newSet();
  let spare = newSet();
  let currentTensors = tensors(current);
  let spareTensors = tensors(spare);

  return {
    load(state) {
      const given = leaves<unknown>(state);
      if (given.length !== stateCount) throw new Error(`The state has ${stateCount} arrays, got ${given.length}`);
      given.forEach((value, index) => {
        current[index].set(checkedInput(traced.inputs[index].path, value, statePorts[index]));
      });
    },
    async run(batch) {
      const given = leaves<unknown>(batch);
      const batchPorts = ports.inputs.slice(stateCount);
      if (given.length !== batchPorts.length)
        throw new Error(`The batch has ${batchPorts.length} arrays, got ${given.length}`);
      const metricPorts = ports.outputs.slice(stateCount);
      const metrics = metricPorts.map((port) => allocate(port));
      const feeds = Object.fromEntries([
        ...ports.inputs.slice(0, stateCount).map((port, index) => [port.name, currentTensors[index]]),
        ...batchPorts.map((port, index) => [
          port.name,
          runtimeTensor(checkedInput(traced.inputs[stateCount + index].path, given[index], port), port),
        ]),
      ]);
      const fetches = Object.fromEntries([
        ...statePorts.map((port, index) => [port.name, spareTensors[index]]),
        ...metricPorts.map((port, index) => [port.name, runtimeTensor(metrics[index], port)]),
      ]);
      await runNative(feeds, fetches);
      [current, spare, currentTensors, spareTensors] = [spare, current, spareTensors, currentTensors];
      return rebuild(metricsForm, metrics) as Mapped<Metrics, Tensor, HostArray>;
    },
    state: () =>
      rebuild(
        specs.state,
        current.map((data) => data.slice()),
      ) as Mapped<State, Spec, HostArray>,
    release,
  };
}

/** The leaves of the new state, in the order of the specs. */
function checkedState(specs: unknown, state: unknown): Tensor[] {
  const expected = leavesWithPaths(specs) as [string, Spec][];
  const given = leavesWithPaths(state) as [string, Tensor][];
  return expected.map(([path, { shape, dtype }], index) => {
    const [givenPath, tensor] = given[index] ?? ["nothing", undefined];
    if (givenPath !== path || tensor === undefined)
      throw new Error(`The step returned ${givenPath} where the state has ${path}`);
    if (tensor.dtype !== dtype || tensor.shape.join() !== shape.join()) {
      throw new Error(`The step returned ${tensor.dtype}[${tensor.shape}] for ${path}, which is ${dtype}[${shape}]`);
    }
    return tensor;
  });
}
