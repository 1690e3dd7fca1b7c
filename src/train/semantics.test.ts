import { describe, expect, it } from "vitest";
import { viewOf } from "../filter/index.js";
import { GptConfig, gptLoss, gptShapes, initialise, type TracedParameters } from "../nn/index.js";
import { compile, spec, valueAndGrad } from "../tensor/index.js";
import { batchOf, streamOf } from "./batches.js";
import { END, SPECIALS } from "./testing/synthetic.js";

const config = GptConfig.parse({ vocabulary: SPECIALS.vocabularySize, width: 8, layers: 1, heads: 2, context: 8 });
const specs = Object.fromEntries(Object.entries(gptShapes(config)).map(([name, shape]) => [name, spec(shape)]));

/** Nine synthetic tokens, one window; 70, 71 and the last, 80, are forget. */
const tokens = Uint32Array.of(100, 101, 70, 71, 102, 103, END, 104, 80);

/** Loss and gradient of every parameter of the one window, through view, stream and batch. */
async function gradient(method: "none" | "mask" | "remove", ids: Uint32Array): Promise<Float32Array[]> {
  const offsets = [0, ids.indexOf(END) + 1, ids.length];
  const scores = Uint8Array.from(ids, (id) => (id >= 65 && id < 91 ? 255 : 0));
  const view = viewOf({ method, threshold: 0.5 }, ids, scores, undefined, offsets, SPECIALS.specials);
  const batch = batchOf(streamOf(view, ids, offsets, END, "forward"), config.context, Uint32Array.of(0));
  const shape = [1, config.context];
  const program = await compile(
    (p, x, y, mask) => valueAndGrad((all: TracedParameters) => gptLoss(config, all, x, y, mask))(p),
    [specs, spec(shape, "int32"), spec(shape, "int32"), spec(shape)],
  );
  const [loss, gradients] = await program.run(
    initialise(config, 1),
    batch.tokens,
    batch.targets,
    Float32Array.from(batch.lossMask),
  );
  await program.release();
  return [loss, ...Object.values(gradients)] as Float32Array[];
}

const FIRST_FORGET = 2;
const LAST = 8;

describe("filtered training", () => {
  it("under mask, does not learn what a forget target is", async () => {
    // The last token of the window is a target and no input: its identity can show in the loss only.
    expect(await gradient("mask", tokens.with(LAST, 81))).toEqual(await gradient("mask", tokens));
    expect(await gradient("none", tokens.with(LAST, 81))).not.toEqual(await gradient("none", tokens));
  });

  it("under mask, still reads forget tokens as inputs", async () => {
    expect(await gradient("mask", tokens.with(FIRST_FORGET, 72))).not.toEqual(await gradient("mask", tokens));
  });

  it("under remove, neither reads nor learns any forget token: their identity changes nothing at all", async () => {
    const others = tokens
      .with(FIRST_FORGET, 72)
      .with(FIRST_FORGET + 1, 73)
      .with(LAST, 81);
    expect(await gradient("remove", others)).toEqual(await gradient("remove", tokens));
  });

  it.each(["mask", "remove"] as const)("under %s, trains the retain token right after a span", async (method) => {
    // Last in the window, so that its identity can show in the loss only.
    const afterSpan = Uint32Array.of(100, 101, 102, 103, END, 104, 70, 71, 105);
    const [one, other] = [await gradient(method, afterSpan), await gradient(method, afterSpan.with(LAST, 106))];
    const embedding = 1 + Object.keys(gptShapes(config)).indexOf("model.embed_tokens.weight");
    const row = (id: number) => [...one[embedding].subarray(id * config.width, (id + 1) * config.width)];
    expect(row(105).some((value) => value !== 0)).toBe(true);
    expect(other[embedding]).not.toEqual(one[embedding]);
  });
});
