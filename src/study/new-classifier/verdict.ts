/** @file The verdict: how good, in one word and one sentence, and what to do about it. */
import { percent } from "../format.js";
import type { Figure, QualityFile } from "./quality-file.js";

/** AUROC from which a classifier is good, and fair. */
export const CUTS = { good: 0.9, fair: 0.75 };

type Verdict = QualityFile["verdict"];

/** Labels by hand decide where there are any, the other half of the lexicon otherwise. */
export function verdictOf({ hand, halves }: Pick<QualityFile, "hand" | "halves">): Verdict {
  const byHand = hand?.auroc.value !== null && hand?.auroc !== undefined;
  const auroc = byHand ? hand.auroc : halves;
  if (auroc.value === null) return { word: "unknown", measuredOn: null, auroc };
  const word = auroc.value >= CUTS.good ? "good" : auroc.value >= CUTS.fair ? "fair" : "blunt";
  return { word, measuredOn: byHand ? "hand" : "halves", auroc };
}

/** "0.84 [0.80, 0.87]". */
export function withInterval({ value, low, high }: Figure, digits = 2): string {
  if (value === null) return "–";
  const range = low === null || high === null ? "" : ` [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
  return `${value.toFixed(digits)}${range}`;
}

/** How good it is, in a sentence. */
export function verdictSentence({ verdict, hand, domain, terms }: QualityFile): string {
  const { word, measuredOn, auroc } = verdict;
  const found = hand
    ? ` Of what it takes, ${percent(hand.classifier.precision.value)} is ${domain} by hand, and it finds ${percent(hand.classifier.recall.value)} of that.`
    : "";
  if (measuredOn === null) {
    const why =
      terms < 2
        ? "its lexicon has one term, so no half of it can be asked for the other"
        : "half of its lexicon stands in too few held-out sentences to be asked for";
    return `How good it is was not measured: ${why}.${found}`;
  }
  const on =
    measuredOn === "hand"
      ? `it ranks tokens marked by hand as ${domain} above others`
      : "the company of one half of the terms gives the other half away";
  const head = { good: "Good", fair: "Fair", blunt: "Blunt: do not filter with it", unknown: "" }[word];
  return `${head}: ${on} with an AUROC of ${withInterval(auroc)}, where 1 is always and 0.5 is chance.${found}`;
}

/** What to do next, most important first. */
export function adviceOf({ verdict, all, sources, hand, domain, halves }: QualityFile): string[] {
  const advice: string[] = [];
  const terms = `Open the domain file: take out terms with an everyday sense, add terms that only ${domain} text has, split it in two if it is about two things, and run the same command again.`;
  if (verdict.word === "blunt") advice.push(terms);
  if (verdict.word === "unknown")
    advice.push("Add terms until some ten of them occur in the text, or mark some documents by hand and give --spans.");
  if (verdict.word === "fair")
    advice.push(
      "Read the passages just above and just below the threshold: where they are wrong, the terms marked in them are the first to change.",
    );
  if (verdict.word === "good") advice.push("Read the passages below, then score your corpus with it.");
  const share = (part: number, whole: number) => part / Math.max(1, whole);
  for (const { name, tokens, takenTokens } of sources.length > 1 ? sources : []) {
    const taken = share(takenTokens, tokens);
    if (taken > 0.9 && share(all.takenTokens, all.tokens) < 0.9)
      advice.push(`Nearly all of ${name} is taken: this may be a classifier of its genre. Read what it takes there.`);
    if (taken === 0 && all.takenTokens > 0)
      advice.push(`Nothing of ${name} is taken: if some of it is ${domain}, the lexicon lacks its words.`);
  }
  if (!hand && halves.value !== null)
    advice.push(
      `The AUROC says that the terms keep one company, not that it is ${domain}: a hundred documents marked by hand (--spans) would.`,
    );
  return advice;
}
