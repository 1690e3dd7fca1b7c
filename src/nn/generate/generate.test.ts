import { describe, expect, it } from "vitest";
import { GptConfig, gptShapes } from "../config.js";
import { referenceStream, syntheticParameters, syntheticValues, toSingle } from "../testing/reference.js";
import { type GenerateOptions, GREEDY, generator } from "./generate.js";

const config = GptConfig.parse({ vocabulary: 19, width: 16, layers: 2, heads: 2, context: 80, baseWidth: 8 });
const values = syntheticParameters(gptShapes(config));
const model = { config, direction: "forward" as const, parameters: toSingle(values) };
const ids = (length: number, seed: number) =>
  Uint32Array.from(syntheticValues(length, seed), (v) => Math.floor(((v + 1) / 2) * config.vocabulary));
/** Of every bucket, some equal. */
const prompts = [ids(3, 1), ids(40, 2), ids(31, 3), ids(3, 1), ids(70, 4), ids(1, 5), ids(33, 6)];
const sampled: GenerateOptions = { maxTokens: 12, temperature: 2, topP: 0.9, stopIds: [], seed: 4 };

async function generate(given: Uint32Array[], options: GenerateOptions, batch = 3) {
  const made = generator(model, { batch });
  const results = await made.generate(given, options);
  await made.release();
  return results;
}

/** Logits after the last token, in double precision by plain loops. */
function referenceLogits(text: ArrayLike<number>): number[] {
  const state = referenceStream(config, values, text)[config.layers].at(-1)!;
  const rms = Math.sqrt(state.reduce((sum, x) => sum + x * x, 0) / config.width + 1e-5);
  const normed = state.map((x, i) => (x / rms) * values["model.norm.weight"][i]);
  return Array.from({ length: config.vocabulary }, (_, id) =>
    normed.reduce((sum, x, i) => sum + x * values["model.embed_tokens.weight"][id * config.width + i], 0),
  ).map((logit) => (logit * config.baseWidth) / config.width);
}

describe("generation", () => {
  it("at temperature 0 says the likeliest token each time", async () => {
    const results = await generate(prompts.slice(0, 3), { ...GREEDY, maxTokens: 5, stopIds: [] });
    results.forEach((result, index) => {
      const text = [...prompts[index]];
      for (const id of result.ids) {
        const logits = referenceLogits(text);
        expect(id).toBe(logits.indexOf(Math.max(...logits)));
        text.push(id);
      }
      expect(result.ids.length).toBe(5);
    });
  });

  it.each([
    ["greedy", { ...sampled, ...GREEDY }],
    ["sampled", sampled],
  ])("says the same one by one, all at once and in another order (%s)", async (_, options) => {
    const together = await generate(prompts, options);
    // The fourth prompt equals the first: alone it would be a first occurrence.
    const distinct = [0, 1, 2, 4, 5, 6];
    for (const index of distinct) expect(await generate([prompts[index]], options)).toEqual([together[index]]);
    const turned = await generate(distinct.map((index) => prompts[index]).reverse(), options, 2);
    expect(turned.reverse()).toEqual(distinct.map((index) => together[index]));
  });

  it("repeats itself with the same seed, differs with another, and between equal prompts", async () => {
    const first = await generate(prompts, sampled);
    expect(await generate(prompts, sampled)).toEqual(first);
    expect(await generate(prompts, { ...sampled, seed: 5 })).not.toEqual(first);
    expect(first[3]).not.toEqual(first[0]);
  });

  it("ends at a stop token, which is not part of the text, and leaves the others alone", async () => {
    const free = await generate(prompts, sampled);
    const stop = free[0].ids[4];
    const stopped = await generate(prompts, { ...sampled, stopIds: [stop] });
    free.forEach(({ ids: said }, index) => {
      const at = said.indexOf(stop);
      expect(stopped[index]).toEqual(
        at < 0 ? { ids: said, stoppedBy: undefined } : { ids: said.slice(0, at), stoppedBy: stop },
      );
    });
  });

  it("never says a banned token, and fills the context to its end", async () => {
    const bannedIds = [0, 2, 4, 6, 8];
    const results = await generate(prompts, { ...sampled, maxTokens: 60, bannedIds });
    results.forEach(({ ids: said }, index) => {
      // The token after a full context is predicted from it, but nothing comes after that one.
      expect(said.length).toBe(Math.min(60, config.context + 1 - prompts[index].length));
      expect([...said].filter((id) => bannedIds.includes(id))).toEqual([]);
    });
  });

  it("refuses prompts beyond the context and models that read from the end", async () => {
    await expect(generate([ids(81, 7)], sampled)).rejects.toThrow(/81 tokens.*context is 80/);
    expect(() => generator({ ...model, direction: "reverse" })).toThrow(/reverse/);
  });
});
