/**
 * @file What a model that learned nothing but token frequencies loses on the test split: above it no slowdown is a number.
 */
import { readHeldOut } from "../evaluate/index.js";
import { loadTokenizer, NO_DOMAIN, readTokens } from "../tokens/index.js";
import type { UnigramLosses } from "./facts.js";

/**
 * Frequencies of all training tokens, one added to each count, on the test tokens that evaluations count.
 *
 * @param labels - labels that say which test tokens are forget, as the evaluations were given them
 */
export function unigramLosses(tokens: string, labels?: string): UnigramLosses {
  const tokenizer = loadTokenizer(tokens);
  const counts = new Float64Array(tokenizer.vocabularySize).fill(1);
  const train = readTokens(tokens, "train");
  for (const id of train.tokens) counts[id]++;
  const total = train.tokens.length + counts.length;
  const test = readTokens(tokens, "test");
  const held = readHeldOut({ tokens, split: "test", labels }, test, tokenizer.specials.endOfText);
  const losses: UnigramLosses = Object.fromEntries(held.domains.map((name) => [name, { lossSum: 0, count: 0 }]));
  for (let i = 0; i < held.tokens.length; i++) {
    if (held.labels[i] === NO_DOMAIN) continue;
    const of = losses[held.domains[held.labels[i]]];
    of.lossSum -= Math.log(counts[held.tokens[i]] / total);
    of.count++;
  }
  return losses;
}
