/**
 * @file A small corpus for tests, synthetic: forget sentences keep company with words of their own, of which the lexicon knows
 * some. Tokens and lexicon labels are made by the stages themselves.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeJson } from "../../../base/files.js";
import { random } from "../../../base/random.js";
import { runStage } from "../../../base/stage.js";
import { corpusStage } from "../../../corpus/index.js";
import { labelTextStage } from "../../../label/index.js";
import { tokenizerStage, tokenizeStage } from "../../../tokens/index.js";

export const FORGET_WORDS = ["lesion", "fever", "artery", "surgeon", "dosage", "rash", "clinic", "vaccine"];
export const RETAIN_WORDS = ["river", "painter", "harvest", "bridge", "market", "garden", "violin", "castle"];
const EITHER_WORDS = ["the", "old", "was", "near", "and", "seen", "often", "again"];
/** Half of the words that keep forget company. */
export const LEXICON = ["lesion", "fever", "artery", "surgeon"];

export interface SmallText {
  corpus: string;
  tokens: string;
  labels: string;
  domain: string;
}

/** Text of one synthetic document. @param forgetShare - of its sentences */
export function syntheticDocument(seed: number, forgetShare: number, sentences = 12): string {
  const draw = random(seed, "synthetic document");
  const pick = (words: readonly string[]) => words[draw.integer(words.length)];
  return Array.from({ length: sentences }, () => {
    const kind = draw.uniform() < forgetShare ? FORGET_WORDS : RETAIN_WORDS;
    const words = Array.from({ length: 9 }, (_, k) => pick(k % 3 === 0 ? EITHER_WORDS : kind));
    return `${words[0][0].toUpperCase()}${words.join(" ").slice(1)}.`;
  }).join(" ");
}

/** Writes corpus, tokens and lexicon labels under `root`. @param lexicon - instead of the usual one */
export async function smallText(root: string, lexicon: readonly string[] = LEXICON): Promise<SmallText> {
  const at = (name: string) => join(root, name);
  const paths = { corpus: at("corpus"), tokens: at("tokens"), labels: at("labels"), domain: at("domain.json") };
  const lines = Array.from({ length: 90 }, (_, index) =>
    JSON.stringify({ id: `d${index}`, text: syntheticDocument(index, index % 3 === 0 ? 0.8 : 0.05) }),
  );
  writeFileSync(at("texts.jsonl"), lines.join("\n"));
  const examples = [true, false].map((forget) => ({ text: "t", forget, why: "w" }));
  const domain = { name: "company", description: "d", in: ["i"], out: [], examples, lexicon };
  await writeJson(paths.domain, domain);
  await runStage(corpusStage, { files: [at("texts.jsonl")], validationShare: 0.2, testShare: 0.2 }, paths.corpus);
  await runStage(tokenizerStage, { corpus: paths.corpus, vocabulary: 384 }, at("tokenizer"));
  await runStage(tokenizeStage, { corpus: paths.corpus, tokenizer: at("tokenizer") }, paths.tokens);
  await runStage(labelTextStage, { tokens: paths.tokens, domain: paths.domain }, paths.labels);
  return paths;
}
