/**
 * @file Programs written directly as graphs of the native runtime, for the few places where speed is worth a second
 * wording of the maths: weights inside the graph (the runtime lays them out once), operators that tracing cannot name.
 *
 * There is no oracle here: whoever writes such a graph tests it against the traced one.
 */
import { allocate, checkedInput, runtimeTensor } from "./buffers.js";
import { Graph } from "./lowering/graph.js";
import type { CompileOptions } from "./options.js";
import { compileLowered } from "./session.js";
import type { Spec } from "./spec.js";
import type { HostArray, Shape } from "./tensor.js";

export interface GraphProgram {
  /**
   * Runs on arrays that match the specs; blocks the thread meanwhile.
   *
   * @returns one array per output; reused by the next call
   */
  run(inputs: Record<string, HostArray>): Promise<Float32Array[]>;
  /** Gives the native memory back. */
  release(): Promise<void>;
}

/** Compiles a graph whose outputs are float32; `build` emits it and returns the names of its outputs. */
export async function compileGraph(
  inputs: Record<string, Spec>,
  build: (graph: Graph) => string[],
  options: CompileOptions = {},
): Promise<GraphProgram> {
  const graph = new Graph();
  const ports = Object.entries(inputs).map(([name, { shape, dtype }]) => ({ name, shape, dtype }));
  for (const { name, shape, dtype } of ports) graph.input(name, shape, dtype);
  const outputs = build(graph).map((value, index) => {
    const shape: Shape = graph.shape(value);
    return { name: `o${index}`, shape, dtype: "float32" as const, value };
  });
  const { run: runNative, release } = await compileLowered({ graph, inputs: ports, outputs }, options);
  const results = outputs.map((port) => allocate(port) as Float32Array);
  const fetches = Object.fromEntries(outputs.map((port, index) => [port.name, runtimeTensor(results[index], port)]));
  return {
    async run(given) {
      const feeds = ports.map((port) => [
        port.name,
        runtimeTensor(checkedInput(port.name, given[port.name], port), port),
      ]);
      await runNative(Object.fromEntries(feeds), fetches);
      return results;
    },
    release,
  };
}
