import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeSafetensors } from "../base/safetensors.js";
import { runStage } from "../base/stage.js";
import { openLosses } from "../nn/index.js";
import { temporaryFolder } from "../testing/folder.js";
import { NO_DOMAIN, readTokens, tokenizerFingerprint, writeTokens } from "../tokens/index.js";
import { pretrainStage } from "../train/index.js";
import { END, syntheticCorpus, writeArtifacts } from "../train/testing/synthetic.js";
import { domainLosses, readLosses } from "./losses.js";
import { type EvaluateResult, evaluateStage } from "./stage.js";

const corpus = syntheticCorpus(40);

/** Synthetic tokens (capital letters are "upper", the rest "lower") and a model that has seen very little of them. */
async function setUp({ withTruth }: { withTruth: boolean }) {
  const folder = temporaryFolder();
  const { tokens } = await writeArtifacts(folder, corpus);
  if (withTruth) {
    const shard = readTokens(tokens, "test");
    const labels = Uint8Array.from(shard.tokens, (id) => (id === END ? NO_DOMAIN : id < 97 ? 0 : 1));
    await writeTokens(tokens, "test", shard, { domains: ["upper", "lower"], labels });
  }
  const model = join(folder, "model");
  const small = { width: 8, layers: 1, heads: 1, context: 16, batch: 4, steps: 2, validationWindows: 4 };
  await runStage(pretrainStage, { tokens, ...small }, model);
  const evaluate = async (name: string, options: object = {}) => {
    const out = join(folder, name);
    const { result } = await runStage(evaluateStage, { model, tokens, ...options }, out);
    return { result: result as EvaluateResult, losses: readLosses(out) };
  };
  return { folder, tokens, model, evaluate };
}

describe("npx lacuna evaluate", () => {
  it("reports mean loss per domain and source, the same as its per-document sums give", async () => {
    const { evaluate } = await setUp({ withTruth: true });
    const { result, losses } = await evaluate("losses");
    expect(result).toMatchObject({ split: "test", documents: 40, domainsFrom: "truth", tokens: corpus.tokens.length });
    expect(Object.keys(result.domains)).toEqual(["upper", "lower"]);
    expect(result.domains).toEqual(domainLosses(losses));
    expect(result.sources).toEqual({ synthetic: result.domains });
    expect(result.domains.upper.tokens + result.domains.lower.tokens).toBe(corpus.tokens.length - 40);
  });

  it("gives the model's own losses: a document within the first window scores as it does alone", async () => {
    const { evaluate, model } = await setUp({ withTruth: true });
    const { losses } = await evaluate("losses");
    const first = corpus.tokens.subarray(0, corpus.docOffsets[1]);
    expect(first.length).toBeLessThanOrEqual(16);
    const reader = await openLosses(model);
    for await (const { losses: alone } of reader.read([first])) {
      const upper = first.reduce((sum, id, i) => (id !== END && id < 97 ? sum + alone[i] : sum), 0);
      const lower = first.reduce((sum, id, i) => (id !== END && id >= 97 ? sum + alone[i] : sum), 0);
      expect(losses.lossSum[0]).toBeCloseTo(upper, 4);
      expect(losses.lossSum[1]).toBeCloseTo(lower, 4);
    }
    await reader.release();
  });

  it("stops at whole documents within maxTokens, and says so when none fits", async () => {
    const { evaluate } = await setUp({ withTruth: true });
    const { result } = await evaluate("few", { maxTokens: 100 });
    expect(result.tokens).toBeLessThanOrEqual(100);
    expect(result.tokens).toBe(corpus.docOffsets[result.documents]);
    await expect(evaluate("nothing", { maxTokens: 1 })).rejects.toThrow(/no document to evaluate on within 1 tokens/);
  });

  it("splits by labels where there is no truth, and by nothing without either", async () => {
    const { evaluate, folder, tokens } = await setUp({ withTruth: false });
    expect((await evaluate("all")).result).toMatchObject({ domainsFrom: "none", domains: { all: {} } });
    const labelled = corpus.docOffsets[10];
    const labels = Uint8Array.from(corpus.tokens.subarray(0, labelled), (id) => Number(id < 97));
    const write = async (tokenizer: string, name: string) => {
      const path = join(folder, name);
      const tensors = { labels: { data: labels, shape: [labels.length] } };
      const stage = { ...evaluateStage, name: "label", inputs: [], options: evaluateStage.options.partial() };
      await runStage(
        {
          ...stage,
          run: (_, { out }) =>
            writeSafetensors(join(out, "test.safetensors"), tensors, { tokenizer }).then(() => ({}) as EvaluateResult),
        },
        {},
        path,
      );
      return path;
    };
    const own = await write(tokenizerFingerprint(tokens), "labels");
    const { result } = await evaluate("labelled", { labels: own });
    expect(result).toMatchObject({ domainsFrom: "labels", documents: 10 });
    expect(result.domains.forget.tokens + result.domains.retain.tokens).toBe(labelled - 10);
    // Given labels are meant, also where the corpus has a truth of its own.
    const graded = await setUp({ withTruth: true });
    expect((await graded.evaluate("beside-truth", { labels: own })).result).toMatchObject({ domainsFrom: "labels" });
    const foreign = await write("another", "foreign");
    await expect(evaluate("refused", { labels: foreign })).rejects.toThrow(/another.*npx lacuna label/);
  });
});
