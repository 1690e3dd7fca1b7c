import { describe, expect, it } from "vitest";
import { GptConfig, gptShapes, startingState, type Trainer } from "../nn/index.js";
import { syntheticParameters, toSingle } from "../nn/testing/reference.js";
import { temporaryFolder } from "../testing/folder.js";
import { DivergedError, runLoop } from "./loop.js";

const config = GptConfig.parse({ vocabulary: 5, width: 4, layers: 1, heads: 1, context: 2, baseWidth: 4 });
const start = () => startingState(toSingle(syntheticParameters(gptShapes(config))));

/** A trainer that is said to lose so much; synthetic. */
const scripted = (losses: number[]): Trainer => ({
  load: () => {},
  step: async (_batch, update) => ({ loss: losses[update - 1], gradientNorm: 1 }),
  state: start,
  release: async () => {},
});

describe("a run that diverges", () => {
  it("tells what it had measured before", async () => {
    const batch = { tokens: new Int32Array(2), targets: new Int32Array(2), lossMask: Uint8Array.of(1, 1) };
    const run = (losses: number[]) =>
      runLoop(
        {
          ...{ config, start, steps: losses.length, checkpointEvery: 2, batchAt: () => batch, lrAt: () => 0.1 },
          measure: async (done) => ({ evaluation: { loss: 10 - done } }),
        },
        scripted(losses),
        { out: temporaryFolder() },
      ).catch((error: unknown) => error);
    const late = (await run([5, 4, 3, Number.NaN])) as DivergedError;
    expect(late).toBeInstanceOf(DivergedError);
    expect(late.history.map(({ step, evaluation }) => [step, evaluation?.loss])).toEqual([
      [1, 9],
      [2, 8],
      [3, 7],
    ]);
    expect(((await run([Number.POSITIVE_INFINITY])) as DivergedError).history).toEqual([]);
  });
});
