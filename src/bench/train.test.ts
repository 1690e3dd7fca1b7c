import { describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { parameterCount } from "../nn/index.js";
import { BENCH_SIZES, benchTrain, formatBench, stepFlops } from "./index.js";

describe("the training bench", () => {
  it("counts six operations per matrix weight and token, and attention beside them", () => {
    const { config, batch } = BENCH_SIZES.S;
    const gains = config.width * (2 * config.layers + 1);
    const tokens = batch * config.context;
    const attention = 12 * config.layers * config.context * config.width * tokens;
    expect(stepFlops(BENCH_SIZES.S)).toBe(6 * (parameterCount(config) - gains) * tokens + attention);
  });

  it("names the sizes there are when asked for another", async () => {
    await expect(benchTrain({ sizes: ["XXL"] })).rejects.toThrow(UserError);
    await expect(benchTrain({ sizes: ["XXL"] })).rejects.toThrow(
      'There is no bench size "XXL". Sizes are w32, w64, S, M, L.',
    );
  });

  it("prints the machine, the versions and one line per runner", () => {
    const row = { size: "S", steps: 3, stepSeconds: 0.1, gflops: 225.04, matmulGflops: 300.4, matmulShare: 0.75 };
    const text = formatBench({
      machine: { cpu: "synthetic CPU", cores: 2, threads: 1, node: "20", onnxruntime: "1", jaxjs: "2", torch: null },
      rows: [
        { ...row, runner: "lacuna", tokensPerSecond: 35_800, lacunaSpeedup: 1 },
        { ...row, runner: "jax-js wasm", tokensPerSecond: 3580, lacunaSpeedup: 10 },
      ],
    });
    expect(text).toContain("synthetic CPU, 2 cores, 1 threads; node 20, onnxruntime 1, jax-js 2, no torch");
    expect(text).toMatch(/S +lacuna +35,800 +225\.0 +300 +75 %/);
    expect(text).toMatch(/S +jax-js wasm .* 10\.0 x/);
  });
});
