import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStage } from "../base/stage.js";
import { loadTokenizer, readDocument, readTokens } from "../tokens/index.js";
import { type Classifier, openClassifier } from "./scorer.js";
import { classifierStage } from "./stage.js";
import type { DocumentScores } from "./stream.js";
import { scoreFromStates } from "./testing/score-from-states.js";
import { smallPipeline } from "./testing/small-pipeline.js";

/** A classifier on random models of context 64, and documents on both sides of that length. */
async function open() {
  root = mkdtempSync(join(tmpdir(), "lacuna-test-"));
  const paths = await smallPipeline(root);
  const out = join(root, "classifier");
  await runStage(classifierStage, { kind: "bilm", ...paths, maxTokens: 800, layers: [2], strengths: [1] }, out);
  const shard = readTokens(paths.tokens, "train");
  const documents = Array.from({ length: 12 }, (_, index) => readDocument(shard, index));
  const { endOfText } = loadTokenizer(out).specials;
  return { out, documents, endOfText, classifier: await openClassifier(out) };
}

let root: string;
let opened: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  opened = await open();
});
afterAll(async () => {
  await opened.classifier.release();
  rmSync(root, { recursive: true });
});

async function scoresOf(classifier: Classifier, documents: Parameters<Classifier["score"]>[0]) {
  const scores: DocumentScores[] = [];
  for await (const one of classifier.score(documents)) {
    expect(one.document).toBe(scores.length);
    scores.push(one);
  }
  return scores;
}

describe("scoring", () => {
  it("is the calibrated probes on the states of both halves, within one stored level, for long documents too", async () => {
    const { out, documents, classifier } = opened;
    expect(Math.max(...documents.map(({ length }) => length))).toBeGreaterThan(100);
    const expected = await scoreFromStates(out, documents);
    for (const { document, tokenScores, documentScore } of await scoresOf(classifier, documents)) {
      const { tokens, probability } = expected[document];
      expect(tokenScores).toHaveLength(tokens.length);
      tokens.forEach((p, token) => {
        expect(Math.abs(tokenScores[token] - 255 * p)).toBeLessThanOrEqual(1);
      });
      expect(Math.abs(documentScore - 255 * probability)).toBeLessThanOrEqual(1);
    }
  });

  it("has the logits of the plain formula to 1e-5, of tokens and of documents", async () => {
    const { out, documents, classifier } = opened;
    const expected = await scoreFromStates(out, documents);
    const all = expected.flatMap(({ tokenLogits, documentLogit }) => [...tokenLogits, documentLogit!]);
    const scale = Math.max(...all.map(Math.abs));
    for await (const { document, tokenLogits, documentLogit } of classifier.logits(documents)) {
      tokenLogits.forEach((logit, token) => {
        expect(Math.abs(logit - expected[document].tokenLogits[token]) / scale).toBeLessThan(1e-5);
      });
      expect(Math.abs(documentLogit! - expected[document].documentLogit!) / scale).toBeLessThan(1e-5);
    }
  });

  it("does not depend on what is scored beside a document, nor on the order", async () => {
    const { documents, classifier } = opened;
    const among = await scoresOf(classifier, documents);
    for (const [index, document] of documents.entries()) {
      const [alone] = await scoresOf(classifier, [document]);
      expect(alone).toEqual({ ...among[index], document: 0 });
    }
    const turned = await scoresOf(classifier, documents.toReversed());
    expect(turned.map((one) => one.tokenScores).reverse()).toEqual(among.map((one) => one.tokenScores));
    expect(turned.map((one) => one.documentScore).reverse()).toEqual(among.map((one) => one.documentScore));
  });

  it("takes documents as they come, from an asynchronous source", async () => {
    const { documents, classifier } = opened;
    const source = async function* () {
      for (const document of documents) {
        await new Promise((resolve) => setImmediate(resolve));
        yield document;
      }
    };
    expect(await scoresOf(classifier, source())).toEqual(await scoresOf(classifier, documents));
  });

  it("looks both ways: a token's score moves with tokens before and after it", async () => {
    const { documents, classifier } = opened;
    const long = documents.filter(({ length }) => length > 40);
    const changed = (from: number, to: number) =>
      long.map((ids) => ids.map((id, place) => (place >= from && place < to ? 97 + ((id + 13) % 26) : id)));
    const [usual, otherStart, otherMiddle] = await Promise.all(
      [long, changed(0, 20), changed(20, 30)].map((some) => scoresOf(classifier, some)),
    );
    const differences = (a: DocumentScores[], b: DocumentScores[], from: number, to: number) =>
      a.flatMap(({ tokenScores }, index) =>
        [...tokenScores.subarray(from, to)].filter((score, place) => score !== b[index].tokenScores[from + place]),
      ).length;
    expect(differences(usual, otherMiddle, 0, 20)).toBeGreaterThan(0);
    expect(differences(usual, otherStart, 20, 40)).toBeGreaterThan(0);
  });

  it("refuses ids that are not in the vocabulary", async () => {
    const { classifier } = opened;
    for (const id of [320, 2 ** 32 - 1])
      await expect(scoresOf(classifier, [Uint32Array.of(97, id)])).rejects.toThrow(
        `Token 1 has id ${id}, the classifier's vocabulary ends at 319`,
      );
  });

  it("gives end-of-text and an empty document the score 0", async () => {
    const { endOfText, classifier } = opened;
    const [onlyEnd, empty] = await scoresOf(classifier, [Uint32Array.of(endOfText), new Uint32Array(0)]);
    expect([...onlyEnd.tokenScores]).toEqual([0]);
    expect(onlyEnd.documentScore).toBe(0);
    expect(empty.tokenScores).toHaveLength(0);
    expect(empty.documentScore).toBe(0);
  });
});
