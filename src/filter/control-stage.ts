/**
 * @file The `score-control` stage: scores to compare a classifier's with, read by policies in its place.
 *
 * `random` filters as much, in spans as long, in the wrong places. `truth` filters what the corpus knows to be forget.
 * How they are made is `control-scores.ts`.
 */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { random } from "../base/random.js";
import { defineStage, readManifest } from "../base/stage.js";
import { SPLITS, type Split } from "../corpus/index.js";
import { type Domain, readDomain } from "../label/index.js";
import { loadTokenizer, readTokens, readTruth, requireTokens } from "../tokens/index.js";
import { forgetShares, permuteScores, rotateScores, truthFirst } from "./control-scores.js";
import { readScores, writeScores } from "./scores.js";

export const ScoreControlOptions = z.object({
  tokens: z.string().describe("token shards that were scored (npx lacuna tokenize)"),
  labels: z.enum(["truth", "random"]).describe("truth: a perfect filter's scores; random: spans in the wrong places"),
  scores: z.string().describe("scores of these tokens (npx lacuna score): the track that is moved"),
  domain: z.string().optional().describe("domain file whose truth domains are forget, for --labels truth"),
  seed: z.int().nonnegative().default(1).describe("seed of how far the track moves and of the order of spans"),
});

const ScoreResult = z.object({ domain: z.string(), classifier: z.string() });

export const scoreControlStage = defineStage({
  name: "score-control",
  summary: "Scores for a control arm: the truth's, or a classifier's in the wrong places",
  why: "An arm that filters as much at random says what filtering costs; one that filters the truth, what it could do",
  examples: [
    "npx lacuna score-control --labels random --tokens runs/demo/tokens --scores runs/demo/scores --out runs/scores-random",
    "npx lacuna score-control --labels truth --tokens runs/demo/tokens --scores runs/demo/scores --domain domains/medicine.json --out runs/scores-truth",
  ],
  version: 1,
  options: ScoreControlOptions,
  inputs: ["tokens", "scores", "domain"],
  async run({ tokens, labels, scores, domain: file, seed }, { out, progress }) {
    const { domain, classifier } = ScoreResult.parse(readManifest(scores, "score").result);
    const forget = labels === "truth" ? forgetDomain(file, domain) : undefined;
    const special = new Set<number>(Object.values(loadTokenizer(tokens).specials));
    requireTokens(
      tokens,
      SPLITS.reduce((sum, split) => sum + readTokens(tokens, split).tokens.length, 0),
    );
    const splits: Record<string, { tokens: number; documents: number; meanScore: number }> = {};
    for (const [done, split] of SPLITS.entries()) {
      const shard = readTokens(tokens, split);
      const track = readScores(scores, split, shard);
      const draw = random(seed, `score-control:${split}`);
      const isOrdinary = Uint8Array.from(shard.tokens, (id) => (special.has(id) ? 0 : 1));
      let tokenScores = rotateScores(track.tokenScores, isOrdinary, draw);
      let documentScores = permuteScores(track.documentScores, draw);
      if (forget) {
        const isForget = truthOf(tokens, split, forget);
        tokenScores = truthFirst(isForget, tokenScores, shard.docOffsets, draw);
        documentScores = forgetShares(isForget, isOrdinary, shard.docOffsets);
      }
      await writeScores(join(out, `${split}.safetensors`), { ...track, tokenScores, documentScores });
      splits[split] = {
        tokens: tokenScores.length,
        documents: documentScores.length,
        meanScore: tokenScores.reduce((sum, score) => sum + score, 0) / 255 / Math.max(1, tokenScores.length),
      };
      progress({ done: done + 1, total: SPLITS.length, unit: "splits" });
    }
    const decisions = join(scores, "classifier.json");
    if (existsSync(decisions)) copyFileSync(decisions, join(out, "classifier.json"));
    return { labels, domain, classifier, splits };
  },
});

/** @throws UserError when there is no domain file, it is of another domain than the track, or it names no truth. */
function forgetDomain(file: string | undefined, track: string): Domain {
  if (file === undefined) {
    throw new UserError("--labels truth needs to know what is forget. Give --domain, e.g. domains/medicine.json.");
  }
  const domain = readDomain(file);
  if (domain.name !== track) {
    throw new UserError(
      `${file} is the domain ${domain.name}, the scores are of ${track}. Give the domain file of these.`,
    );
  }
  if (domain.truth.length === 0) {
    throw new UserError(
      `${file} names no truth domains, so nothing says which tokens are forget. Use --labels random.`,
    );
  }
  return domain;
}

/** 1 where a token's truth is forget, shape [tokens]. @throws UserError when the corpus does not know */
function truthOf(tokens: string, split: Split, { name, truth: forget }: Domain): Uint8Array {
  const truth = readTruth(tokens, split);
  if (!truth?.domains.some((domain) => forget.includes(domain))) {
    throw new UserError(
      `The ${split} tokens of ${tokens} have the truth of ${truth?.domains.join(", ") || "no domain"}; ${name} needs ${forget.join(", ")}. Use a corpus with truth, or --labels random.`,
    );
  }
  const isForget = truth.domains.map((domain) => forget.includes(domain));
  return Uint8Array.from(truth.labels, (domain) => (isForget[domain] ? 1 : 0));
}
