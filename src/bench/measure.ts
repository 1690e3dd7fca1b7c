/** @file What every bench needs: the machine, medians, timing, and the rate of the native MatMul at this moment. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";
import { dirname } from "node:path";
import { MATMUL_FLOPS, type Runner } from "./runners.js";

export interface Machine {
  cpu: string;
  cores: number;
  threads: number;
  node: string;
  onnxruntime: string;
  jaxjs: string;
  torch: string | null;
}

export function machine(threads: number): Omit<Machine, "torch"> {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    threads,
    node: process.versions.node,
    onnxruntime: installedVersion("onnxruntime-node"),
    jaxjs: installedVersion("@jax-js/jax"),
  };
}

/** The machine and the versions in one line. */
export function describeMachine({ cpu, cores, threads, node, onnxruntime, jaxjs, torch }: Machine): string {
  const versions = [
    `node ${node}`,
    `onnxruntime ${onnxruntime}`,
    `jax-js ${jaxjs}`,
    torch ? `torch ${torch}` : "no torch",
  ];
  return `${cpu}, ${cores} cores, ${threads} threads; ${versions.join(", ")}`;
}

/** Seconds: of the clock, or those that processors gave to this process, which other work on the machine changes little. */
export const CLOCKS = {
  wall: () => performance.now() / 1000,
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};
export type Clock = keyof typeof CLOCKS;

/** Seconds of one unit of work. */
export async function timed(runner: Runner, clock: Clock = "wall"): Promise<number> {
  const start = CLOCKS[clock]();
  const own = await runner.step();
  return own ?? CLOCKS[clock]() - start;
}

/** FLOP/s of the native MatMul, median of `times` products. */
export async function matmulRate(matmul: Runner, times = 3, clock: Clock = "wall"): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) seconds.push(await timed(matmul, clock));
  return MATMUL_FLOPS / median(seconds);
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Lines of cells under a header, numbers to the right; the first `textColumns` to the left. */
export function table(header: readonly string[], body: readonly (readonly string[])[], textColumns = 1): string {
  const widths = header.map((_, column) => Math.max(...[header, ...body].map((line) => line[column].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column < textColumns ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd();
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

/** The version of an installed package, from the package.json above its entry point. */
function installedVersion(name: string): string {
  const require = createRequire(import.meta.url);
  let folder = dirname(require.resolve(name));
  while (!folder.endsWith(name)) folder = dirname(folder);
  return (JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as { version: string }).version;
}
