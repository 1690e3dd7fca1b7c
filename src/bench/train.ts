/**
 * @file `npx lacuna bench train`: tokens per second of a full training step, beside the machine's own limit and our peers.
 *
 * Everything of one size is timed in turns within one run, so that a busy moment hits all alike; each step is divided by
 * the MatMul rate measured just before and after it. Medians are reported.
 */
import { availableParallelism } from "node:os";
import { UserError } from "../base/errors.js";
import { type Machine, machine, matmulRate, median, timed } from "./measure.js";
import { jaxRunner, lacunaRunner, matmulRunner, type Runner } from "./runners.js";
import { BENCH_SIZES, stepFlops } from "./sizes.js";
import { torchRunner } from "./torch.js";

export interface BenchOptions {
  /** names of BENCH_SIZES */
  sizes?: string[];
  /** timed steps of Lacuna per size; slower peers do fewer */
  steps?: number;
  threads?: number;
  /** whether to time jax-js and PyTorch too */
  peers?: boolean;
  /** called with what is being done */
  onProgress?: (text: string) => void;
}

export interface BenchRow {
  size: string;
  runner: string;
  steps: number;
  /** medians */
  stepSeconds: number;
  tokensPerSecond: number;
  gflops: number;
  /** MatMul 1024^3 at the same moments, and the step's rate over it */
  matmulGflops: number;
  matmulShare: number;
  /** Lacuna's tokens per second over this runner's */
  lacunaSpeedup: number;
}

export interface BenchResult {
  machine: Machine;
  rows: BenchRow[];
}

/** jax-js keeps every intermediate of a step in one 4 GiB memory: L does not fit. */
const TOO_BIG_FOR_JAX = new Set(["L"]);
/** A slow peer stops after this many seconds of timed steps. */
const PEER_SECONDS = 10;

/** Times full training steps (loss, gradients, clip, AdamW) of the named sizes. */
export async function benchTrain(options: BenchOptions = {}): Promise<BenchResult> {
  const { sizes = ["S", "M", "L"], steps = 10, threads = availableParallelism(), peers = true, onProgress } = options;
  const unknown = sizes.find((name) => !(name in BENCH_SIZES));
  if (unknown !== undefined) {
    throw new UserError(`There is no bench size "${unknown}". Sizes are ${Object.keys(BENCH_SIZES).join(", ")}.`);
  }
  const matmul = await matmulRunner(threads);
  const rows: BenchRow[] = [];
  let torch: string | null = null;
  for (const name of sizes) {
    const size = BENCH_SIZES[name];
    onProgress?.(`${name}: compiling`);
    const runners: Runner[] = [await lacunaRunner(size, threads)];
    if (peers) {
      if (!TOO_BIG_FOR_JAX.has(name)) runners.push(await jaxRunner(size));
      const peer = await torchRunner(size, threads);
      if (peer) runners.push(peer);
      torch ??= peer?.version ?? null;
    }
    const samples = await interleave(runners, matmul, steps, (text) => onProgress?.(`${name}: ${text}`));
    await Promise.all(runners.map((runner) => runner.close()));
    const lacunaSeconds = median(samples[0].map((sample) => sample.seconds));
    runners.forEach((runner, index) => {
      const seconds = median(samples[index].map((sample) => sample.seconds));
      const flops = stepFlops(size);
      rows.push({
        size: name,
        runner: runner.name,
        steps: samples[index].length,
        stepSeconds: seconds,
        tokensPerSecond: (size.batch * size.config.context) / seconds,
        gflops: flops / seconds / 1e9,
        matmulGflops: median(samples[index].map((sample) => sample.matmulRate)) / 1e9,
        matmulShare: median(samples[index].map((sample) => flops / sample.seconds / sample.matmulRate)),
        lacunaSpeedup: seconds / lacunaSeconds,
      });
    });
  }
  await matmul.close();
  return { machine: { ...machine(threads), torch }, rows };
}

interface Sample {
  seconds: number;
  /** FLOP/s of the MatMul around this step */
  matmulRate: number;
}

/** Runs everyone in turns: one warm-up each, then timed rounds, between MatMuls. */
async function interleave(runners: Runner[], matmul: Runner, steps: number, onProgress: (text: string) => void) {
  const samples: Sample[][] = runners.map(() => []);
  for (const runner of runners) {
    onProgress(`warming up ${runner.name}`);
    await runner.step();
  }
  for (let round = 0; round < steps; round++) {
    onProgress(`round ${round + 1} of ${steps}`);
    for (const [index, runner] of runners.entries()) {
      const spent = samples[index].reduce((sum, sample) => sum + sample.seconds, 0);
      if (index > 0 && spent > PEER_SECONDS) continue;
      const before = await matmulRate(matmul);
      const seconds = await timed(runner);
      const after = await matmulRate(matmul);
      samples[index].push({ seconds, matmulRate: (before + after) / 2 });
    }
  }
  return samples;
}
