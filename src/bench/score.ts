/**
 * @file `npx lacuna bench score`: tokens per second of a biLM classifier from token ids to stored scores, beside the machine's
 * own limit and the same biLM in PyTorch.
 *
 * Rounds of float32, int8 and PyTorch take turns within one run, each between two measurements of the MatMul rate, so that
 * a busy moment hits all alike. Medians are reported.
 */
import { availableParallelism } from "node:os";
import { UserError } from "../base/errors.js";
import { comparePrecisions, createScorer, type PrecisionComparison, type Scorer } from "../classify/index.js";
import { runLengths } from "../nn/index.js";
import { CLOCKS, type Clock, type Machine, machine, matmulRate, median } from "./measure.js";
import { matmulRunner, type Runner } from "./runners.js";
import { SCORE_SIZES, scoreWork, syntheticDocuments, syntheticScorerParts } from "./score-work.js";
import { torchProcess } from "./torch.js";

export interface ScoreBenchOptions {
  /** names of SCORE_SIZES */
  sizes?: string[];
  rounds?: number;
  threads?: number;
  /** whether to time PyTorch too */
  peers?: boolean;
  /** "cpu" counts the seconds that processors gave instead of the clock's: for a machine with other work */
  clock?: Clock;
  /** called with what is being done */
  onProgress?: (text: string) => void;
}

export interface ScoreBenchRow {
  size: string;
  runner: "f32" | "int8" | "pytorch";
  /** medians over the rounds */
  tokensPerSecond: number;
  /** Seconds inside the native runtime over all seconds; null for PyTorch, which plans nothing. */
  modelShare: number | null;
  /** Arithmetic of one token, both halves, overlap of windows included. */
  flopsPerToken: number;
  gflops: number;
  /** MatMul 1024^3 at the same moments, and the rate over it, over all seconds */
  matmulGflops: number;
  matmulShare: number;
  /** This runner's tokens per second over PyTorch's. */
  overPytorch: number | null;
  /** Of this process when the size was done; sizes before it included. */
  peakBytes: number;
}

export interface ScoreBenchResult {
  machine: Machine;
  clock: Clock;
  context: number;
  rows: ScoreBenchRow[];
  /** int8 scores of the synthetic biLM beside its float32 scores. */
  precision: Record<string, PrecisionComparison>;
}

/** Arithmetic of a round: some seconds at the rates of a core. */
const FLOPS_PER_ROUND = 3e11;
/** A round ends with batches that are not full; with fewer tokens they would count for too much. */
const LEAST_TOKENS = 16_384;
/** Threshold at which synthetic scores are compared; half of them reach it. */
const THRESHOLD = 0.5;

interface Competitor {
  runner: ScoreBenchRow["runner"];
  /** One round; seconds in all, and the share of them inside the native runtime. */
  round(): Promise<{ seconds: number; modelShare?: number }>;
}

/** Times scoring with biLMs of the named sizes. */
export async function benchScore(options: ScoreBenchOptions = {}): Promise<ScoreBenchResult> {
  const {
    sizes = ["13M", "28M"],
    rounds = 3,
    threads = availableParallelism(),
    peers = true,
    clock = "wall",
  } = options;
  const unknown = sizes.find((name) => !(name in SCORE_SIZES));
  if (unknown !== undefined) {
    throw new UserError(`There is no classifier size "${unknown}". Sizes are ${Object.keys(SCORE_SIZES).join(", ")}.`);
  }
  const matmul = await matmulRunner(threads);
  const result: ScoreBenchResult = {
    machine: { ...machine(threads), torch: null },
    clock,
    context: SCORE_SIZES[sizes[0]].context,
    rows: [],
    precision: {},
  };
  for (const name of sizes) {
    const config = SCORE_SIZES[name];
    const say = (text: string) => options.onProgress?.(`${name}: ${text}`);
    say("making a synthetic biLM");
    const perToken = scoreWork(config, syntheticDocuments(10_000));
    const documents = syntheticDocuments(Math.max(LEAST_TOKENS, (FLOPS_PER_ROUND * perToken.tokens) / perToken.flops));
    const work = scoreWork(config, documents);
    const parts = syntheticScorerParts(config);
    const [exact, rounded] = (["f32", "int8"] as const).map((precision) => createScorer(parts, { threads, precision }));
    const competitors: Competitor[] = [
      { runner: "f32", round: () => scoreAll(exact, documents, clock) },
      { runner: "int8", round: () => scoreAll(rounded, documents, clock) },
    ];
    const { vocabulary, width, layers, heads } = config;
    const torch = peers ? await torchProcess("torch_score.py", [vocabulary, width, layers, heads, threads]) : undefined;
    if (torch) {
      result.machine.torch = torch.version;
      const line = JSON.stringify({ windows: work.windows, clock });
      competitors.push({ runner: "pytorch", round: async () => ({ seconds: await torch.ask(line) }) });
    }
    say("compiling, and comparing int8 with float32");
    const everyLength = runLengths(config.context).flatMap((length) =>
      [length - 1, config.context / 2 + length - 1].map((tokens) => new Uint32Array(tokens)),
    );
    for (const scorer of [exact, rounded]) await scoreAll(scorer, everyLength, clock);
    result.precision[name] = await comparePrecisions(
      { exact, rounded },
      syntheticDocuments(LEAST_TOKENS, 2),
      THRESHOLD,
    );
    const samples = await inTurns(competitors, { matmul, rounds, clock, say });
    await Promise.all([exact.release(), rounded.release(), torch?.close()]);
    const secondsOf = (index: number) => median(samples[index].map(({ seconds }) => seconds));
    competitors.forEach(({ runner }, index) => {
      const seconds = secondsOf(index);
      const shares = samples[index].flatMap(({ modelShare }) => modelShare ?? []);
      result.rows.push({
        size: name,
        runner,
        tokensPerSecond: work.tokens / seconds,
        modelShare: shares.length > 0 ? median(shares) : null,
        flopsPerToken: work.flops / work.tokens,
        gflops: work.flops / seconds / 1e9,
        matmulGflops: median(samples[index].map(({ rate }) => rate)) / 1e9,
        matmulShare: median(samples[index].map(({ seconds: all, rate }) => work.flops / all / rate)),
        overPytorch: torch ? secondsOf(competitors.length - 1) / seconds : null,
        peakBytes: process.resourceUsage().maxRSS * 1024,
      });
    });
  }
  await matmul.close();
  return result;
}

async function scoreAll(scorer: Scorer, documents: readonly Uint32Array[], clock: Clock) {
  const [inside, wall, start] = [scorer.modelSeconds(), CLOCKS.wall(), CLOCKS[clock]()];
  for await (const _ of scorer.score(documents));
  const seconds = CLOCKS[clock]() - start;
  return { seconds, modelShare: (scorer.modelSeconds() - inside) / (CLOCKS.wall() - wall) };
}

async function inTurns(
  competitors: readonly Competitor[],
  { matmul, rounds, clock, say }: { matmul: Runner; rounds: number; clock: Clock; say: (text: string) => void },
) {
  const samples: { seconds: number; modelShare?: number; rate: number }[][] = competitors.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { runner, round: run }] of competitors.entries()) {
      say(`round ${round + 1} of ${rounds}, ${runner}`);
      const before = await matmulRate(matmul, 9, clock);
      const timing = await run();
      const after = await matmulRate(matmul, 9, clock);
      samples[index].push({ ...timing, rate: (before + after) / 2 });
    }
  }
  return samples;
}
