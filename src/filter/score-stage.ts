/**
 * @file The `score` stage: a probability for every token and document of a corpus, once.
 *
 * Documents go through in parts of about a quarter million tokens; a finished part stays on disk until its split is
 * done, so an interrupted run goes on from there. Whatever is decided later (method, threshold, start) reads these
 * scores and never the models again.
 */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { defineStage } from "../base/stage.js";
import { type Classifier, openClassifier } from "../classify/index.js";
import { readDocument, readTokens, requireSameTokenizer, requireTokens, type TokenShard } from "../tokens/index.js";
import { readScoreFile, type ScoreShard, writeScores } from "./scores.js";

export const ScoreOptions = z.object({
  tokens: z.string().describe("token shards to score (npx lacuna tokenize)"),
  classifier: z.string().describe("classifier (npx lacuna classifier fit)"),
  partTokens: z.int().positive().default(250_000).describe("tokens between two checkpoints"),
});

const SPLITS = ["train", "validation", "test"] as const;

/** Scores all splits of a corpus. */
export const scoreStage = defineStage({
  name: "score",
  summary: "Score every token and document of a corpus",
  why: "Scored once, a corpus can be filtered many times, at any threshold and by any method, for free",
  examples: [
    "npx lacuna score --tokens runs/demo/tokens --classifier runs/demo/classifier --out runs/scores",
    "npx lacuna score --tokens runs/other/tokens --classifier runs/demo/classifier --out runs/other/scores",
  ],
  version: 2,
  options: ScoreOptions,
  inputs: ["tokens", "classifier"],
  async run({ tokens, classifier: directory, partTokens }, { out, progress, threads }) {
    const shards = SPLITS.map((split) => ({ split, shard: readTokens(tokens, split) }));
    const total = shards.reduce((sum, { shard }) => sum + shard.tokens.length, 0);
    requireTokens(tokens, total);
    const classifier = await openClassifier(directory, { threads });
    try {
      requireSameTokenizer(
        { what: `The classifier ${directory}`, fingerprint: classifier.file.tokenizer },
        { what: `the tokens ${tokens}`, fingerprint: shards[0].shard.fingerprint },
        `Tokenize the corpus with the classifier's tokenizer: npx lacuna tokenize --tokenizer ${directory}.`,
      );
      const counts: Record<string, { tokens: number; documents: number; meanScore: number }> = {};
      let before = 0;
      for (const { split, shard } of shards) {
        const path = join(out, `${split}.safetensors`);
        const onScored = (done: number) =>
          progress({ done: before + done, total, unit: "tokens", detail: `scoring ${split}` });
        if (!existsSync(path))
          await writeScores(path, await scoreShard(classifier, shard, { out, split, partTokens, onScored }));
        const { tokenScores } = readScoreFile(path);
        const sum = tokenScores.reduce((all, score) => all + score, 0);
        counts[split] = {
          tokens: shard.tokens.length,
          documents: shard.documents.length,
          meanScore: sum / 255 / Math.max(1, shard.tokens.length),
        };
        before += shard.tokens.length;
      }
      copyFileSync(join(directory, "classifier.json"), join(out, "classifier.json"));
      return { domain: classifier.file.domain, classifier: classifier.fingerprint, splits: counts };
    } finally {
      await classifier.release();
    }
  },
});

export interface ScoreShardOptions {
  /** Where finished parts are kept, as files whose names start with a dot. */
  out: string;
  split: string;
  partTokens: number;
  /** Told the tokens scored so far. */
  onScored?: (tokens: number) => void;
}

/** Scores one shard, part by part. Parts begin at fixed documents, so an interrupted run ends with the same bytes. */
export async function scoreShard(
  classifier: Pick<Classifier, "score" | "fingerprint">,
  shard: TokenShard,
  { out, split, partTokens, onScored = () => {} }: ScoreShardOptions,
): Promise<ScoreShard> {
  const stamp = { tokenizer: shard.fingerprint, classifier: classifier.fingerprint };
  const tokenScores = new Uint8Array(shard.tokens.length);
  const documentScores = new Uint8Array(shard.documents.length);
  for (const { from, to } of partsOf(shard.docOffsets, partTokens)) {
    const start = shard.docOffsets[from];
    const path = join(out, `.${split}-${from}.safetensors`);
    if (!existsSync(path)) {
      const documents = Array.from({ length: to - from }, (_, index) => readDocument(shard, from + index));
      const part = {
        tokenScores: new Uint8Array(shard.docOffsets[to] - start),
        documentScores: new Uint8Array(to - from),
        ...stamp,
      };
      for await (const { document, tokenScores, documentScore } of classifier.score(documents)) {
        part.tokenScores.set(tokenScores, shard.docOffsets[from + document] - start);
        part.documentScores[document] = documentScore;
        onScored(shard.docOffsets[from + document + 1]);
      }
      await writeScores(path, part);
    }
    const part = readScoreFile(path);
    tokenScores.set(part.tokenScores, start);
    documentScores.set(part.documentScores, from);
    onScored(shard.docOffsets[to]);
  }
  return { tokenScores, documentScores, ...stamp };
}

/** Runs of whole documents [from, to) of at least `partTokens` tokens each, but for the last. */
function partsOf(offsets: ArrayLike<number>, partTokens: number): { from: number; to: number }[] {
  const parts: { from: number; to: number }[] = [];
  const documents = offsets.length - 1;
  for (let from = 0, to = 1; to <= documents; to++) {
    if (to < documents && offsets[to] - offsets[from] < partTokens) continue;
    parts.push({ from, to });
    from = to;
  }
  return parts;
}
