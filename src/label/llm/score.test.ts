import { describe, expect, it } from "vitest";
import { openAiEmbedder, priceOf } from "../../llm/index.js";
import type { LatentContext } from "../contexts.js";
import { auroc, gradeDetection, scoreByDetection, scoreByEmbedding } from "./score.js";
import { materialOf, syntheticLatent, syntheticLlm } from "./testing/synthetic.js";

const silent = (_: number, count: number): LatentContext[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ document: 100 + index, position: 0, activation: 0 },
    ...{ before: `quiet ${index} `, token: "meadow", after: "" },
  }));
const options = { seed: 1, passages: 10, silent };
const explanations = new Map([[0, { explanation: "fever" }]]);

/** Pairs [is active, was taken] from counts. */
function pairs(hits: number, misses: number, wrong: number, left: number): [boolean, boolean][] {
  const repeat = (count: number, pair: [boolean, boolean]) => Array.from({ length: count }, () => pair);
  return [
    ...repeat(hits, [true, true]),
    ...repeat(misses, [true, false]),
    ...repeat(wrong, [false, true]),
    ...repeat(left, [false, false]),
  ];
}

describe("grading detection", () => {
  it("is balanced accuracy, exact at the threshold, and F1", () => {
    expect(gradeDetection(pairs(9, 1, 1, 9))).toEqual({ score: 0.9, f1: 0.9 });
    expect(gradeDetection(pairs(10, 0, 2, 8)).score).toBe(0.9);
    expect(gradeDetection(pairs(899, 101, 101, 899)).score).toBe(0.899);
    expect(gradeDetection(pairs(5, 0, 50, 50)).score).toBe(0.75);
    expect(gradeDetection(pairs(0, 5, 0, 5))).toEqual({ score: 0.5, f1: 0 });
  });
});

describe("scoring by detection", () => {
  it("tells an explanation that fits from one that does not, on passages it was not made from", async () => {
    const { llm } = await syntheticLlm({
      reply: (user) => {
        const [{ explanation }, ...passages] = materialOf(user);
        const fits = passages.filter(({ passage }) => String(passage).includes(String(explanation)));
        return { text: JSON.stringify({ matches: fits.map(({ number }) => number) }) };
      },
    });
    const evidence = [syntheticLatent(0, "fever", 40), syntheticLatent(1, "fever", 40)];
    const both = new Map([...explanations, [1, { explanation: "meadow" }]]);
    const [right, wrong] = await scoreByDetection(llm, evidence, both, options);
    expect(right).toEqual({ score: 1, f1: 1 });
    expect(wrong).toEqual({ score: 0, f1: 0 });
  });

  it("mixes passages by the seed, and shows none that was used to explain", async () => {
    const seen: string[][] = [];
    const { llm } = await syntheticLlm({
      reply: (user) => {
        seen.push(
          materialOf(user)
            .slice(1)
            .map(({ passage }) => String(passage)),
        );
        return { text: '{"matches":[]}' };
      },
    });
    const evidence = [syntheticLatent(0, "fever", 40)];
    await scoreByDetection(llm, evidence, explanations, options);
    await scoreByDetection(llm, evidence, explanations, { ...options, seed: 2 });
    await scoreByDetection(llm, evidence, explanations, options);
    expect(seen).toHaveLength(2);
    expect([...seen[0]].sort()).not.toEqual(seen[0]);
    expect(seen[0]).not.toEqual(seen[1]);
    const numbers = seen[0].flatMap((text) => /context (\d+)/.exec(text)?.[1] ?? []).map(Number);
    expect(numbers).toHaveLength(10);
    expect(numbers.every((number) => number % 2 === 1)).toBe(true);
  });

  it("is unknown for refusals, passages that do not exist, and too few contexts", async () => {
    const replies = [{ text: '{"matches":[99]}' }, { text: "", refusal: "no" }];
    const { llm } = await syntheticLlm({ reply: () => replies.shift()! });
    const all = new Map([0, 1, 2].map((latent) => [latent, { explanation: "fever" }]));
    const first = await scoreByDetection(llm, [syntheticLatent(0, "fever")], all, options);
    const second = await scoreByDetection(
      llm,
      [syntheticLatent(1, "fever"), syntheticLatent(2, "fever", 4)],
      all,
      options,
    );
    expect([...first, ...second].map((score) => "unknown" in score && score.unknown)).toEqual([
      ...["malformed", "refusal", "too few contexts"],
    ]);
  });
});

describe("scoring by embedding", () => {
  it("is the AUROC of cosines with the explanation", async () => {
    const { llm, fake } = await syntheticLlm({
      reply: () => ({ text: "" }),
      embedding: (text) => (text.includes("fever") ? [1, 0.1] : [0, 1]),
    });
    const embedder = openAiEmbedder({ model: "synthetic", baseUrl: fake.url });
    const work = { ...llm, embedder, price: priceOf(embedder) };
    expect(await scoreByEmbedding(work, [syntheticLatent(0, "fever", 40)], explanations, options)).toEqual([
      { score: 1 },
    ]);
  });

  it("counts ties half", () => {
    expect(auroc([3, 2, 1], [true, false, false])).toBe(1);
    expect(auroc([1, 1], [true, false])).toBe(0.5);
    expect(auroc([0, 1, 1], [true, true, false])).toBe(0.25);
  });
});
