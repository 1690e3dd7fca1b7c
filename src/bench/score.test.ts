import { describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { GptConfig } from "../nn/index.js";
import { benchScore, formatRealPrecision, formatScoreBench, type ScoreBenchRow } from "./index.js";
import { SCORE_SIZES, scoreWork, syntheticDocuments } from "./score-work.js";

const config = GptConfig.parse({ vocabulary: 50, width: 8, layers: 3, heads: 2, context: 64 });
const { width: d, layers: L } = config;

describe("the arithmetic of scoring", () => {
  const triangle = (n: number) => (n * (n + 1)) / 2;

  it("of one window is 24 d^2 per position and block, and 4 d per key that is seen, in both halves", () => {
    const { tokens, flops, windows } = scoreWork(config, [new Uint32Array(40)]);
    expect(tokens).toBe(40);
    expect(flops).toBe(L * (24 * d * d * (41 + 40) + 4 * d * (triangle(41) + triangle(40))));
    expect(windows).toEqual({ 48: 1 });
  });

  it("counts context that is read again, in the last block as keys and values only", () => {
    const { flops } = scoreWork(config, [new Uint32Array(95)]);
    // 64 positions, then 32 again with 32 new ones (31 in the half that needs no end-of-text first).
    const whole = (n: number) => 24 * d * d * n + 4 * d * triangle(n);
    const cut = 20 * d * d * 32 + 4 * d * triangle(32);
    expect(flops).toBe(L * (2 * whole(64) + whole(64) + whole(63)) - 2 * cut);
  });
});

describe("synthetic documents", () => {
  it("hold at least the tokens wanted, are the same every time, and end with end-of-text", () => {
    const documents = syntheticDocuments(20_000);
    expect(documents).toEqual(syntheticDocuments(20_000));
    const total = documents.reduce((sum, { length }) => sum + length, 0);
    expect(total).toBeGreaterThanOrEqual(20_000);
    for (const ids of documents) {
      expect(ids.at(-1)).toBe(SCORE_SIZES["13M"].vocabulary - 1);
      expect(Math.max(...ids.subarray(0, -1))).toBeLessThan(SCORE_SIZES["13M"].vocabulary - 1);
    }
  });
});

describe("the scoring bench", () => {
  it("names the sizes there are when asked for another", async () => {
    await expect(benchScore({ sizes: ["7B"] })).rejects.toThrow(UserError);
    await expect(benchScore({ sizes: ["7B"] })).rejects.toThrow(
      'There is no classifier size "7B". Sizes are 13M, 28M, 61M, 113M.',
    );
  });

  const compared = { tokens: 900, threshold: 0.5, agreement: 0.9975, f1AgainstExact: 0.99731, meanDifference: 0.141 };

  it("prints the machine, whose seconds are counted, a line per runner and what int8 costs", () => {
    const row = {
      ...{ size: "13M", tokensPerSecond: 17_186.2, modelShare: 0.974, flopsPerToken: 2.63e6, gflops: 45.2 },
      ...{ matmulGflops: 77, matmulShare: 0.59, overPytorch: 1.52, peakBytes: 512 * 2 ** 20 },
    };
    const rows: ScoreBenchRow[] = [
      { ...row, runner: "f32" },
      { ...row, runner: "pytorch", modelShare: null, overPytorch: 1 },
    ];
    const machine = {
      cpu: "synthetic CPU",
      cores: 2,
      threads: 1,
      node: "20",
      onnxruntime: "1",
      jaxjs: "2",
      torch: "3",
    };
    const precision = { "13M": { ...compared, largestDifference: 1 } };
    const text = formatScoreBench({ machine, clock: "cpu", context: 256, rows, precision });
    expect(text).toContain("synthetic CPU, 2 cores, 1 threads");
    expect(text).toContain("Seconds are processor time");
    expect(text).toMatch(/13M +f32 +17,186 +2\.63 +97 % +45\.2 +77 +59 % +1\.5 +512/);
    expect(text).toMatch(/13M +99\.75 % +0\.9973 +0\.14 +1/);
  });

  it("sets both precisions of a real classifier beside the labels", () => {
    const labels = { exact: { f1: 0.9123, auroc: 0.98765 }, rounded: { f1: 0.911, auroc: 0.9871 } };
    const facts = { classifier: "runs/synthetic", split: "validation" as const, documents: 12, largestDifference: 7 };
    const text = formatRealPrecision({ ...compared, ...facts, labels });
    expect(text).toMatch(/f32 +0\.9123 +0\.9877\nint8 +0\.9110 +0\.9871/);
    expect(text).toContain("alike on 99.75 % of tokens");
  });
});
