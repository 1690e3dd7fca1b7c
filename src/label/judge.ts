/**
 * @file Judges: does what a latent responds to belong to the domain?
 *
 * A judge sees a latent's top contexts and says forget, retain or unknown. Contexts are corpus text and may say
 * anything, instructions to the judge included: they are material, never commands. A judge that fails has not said
 * "no": the latent is unknown, counted as such, and not used. Here is the offline judge; any object of this shape will do.
 */
import { UserError } from "../base/errors.js";
import type { LatentContext } from "./contexts.js";
import type { Domain } from "./domain.js";
import { compileLexicon } from "./lexicon.js";
import type { UnknownCause } from "./llm/answers.js";

export type Verdict = "forget" | "retain" | "unknown";

/** What is known about one latent. Activations are in the SAE's units. */
export interface LatentEvidence {
  latent: number;
  mean: number;
  sd: number;
  /** Share of reference tokens on which it is active. */
  frequency: number;
  /** Strongest first. */
  contexts: LatentContext[];
}

export interface Judgement {
  verdict: Verdict;
  /** In [0, 1]: how sure the judge is of its verdict; 0 for unknown. */
  confidence: number;
  reason: string;
  /** Why it is unknown, when it is. */
  cause?: UnknownCause;
}

export interface Judge {
  name: string;
  judge(evidence: LatentEvidence): Promise<Judgement>;
  /** Judges many at once, for judges to whom that is cheaper; the judgements are in the order of the evidence. */
  judgeMany?(evidence: readonly LatentEvidence[], onJudged?: (judged: number) => void): Promise<Judgement[]>;
}

export interface LexiconJudgeOptions {
  /** Share of random windows of the corpus, as long as a context, that hold a lexicon term: what chance alone gives. */
  baseRate: number;
  /** Share of contexts beyond chance from which a latent is forget. */
  minShare: number;
  /** With fewer contexts than this nothing is said. */
  minContexts: number;
}

/**
 * Judges by a lexicon, offline.
 *
 * p is the share of the contexts that hold a lexicon term within reach of the active token, each context weighted by its
 * activation. Chance gives `baseRate`, so the evidence is the share beyond chance, (p - base) / (1 - base), as in Cohen's
 * kappa; from `minShare` on the latent is forget. Words cannot tell a medical use from an everyday one: that limits it.
 */
export function lexiconJudge(domain: Domain, { baseRate, minShare, minContexts }: LexiconJudgeOptions): Judge {
  const lexicon = compileLexicon(domain.lexicon);
  return {
    name: "lexicon",
    async judge({ contexts }) {
      if (contexts.length < minContexts)
        return {
          ...{ verdict: "unknown", confidence: 0, reason: `only ${contexts.length} contexts` },
          cause: "too few contexts",
        };
      let matched = 0;
      let all = 0;
      const counts = new Map<string, number>();
      for (const { before, token, after, activation } of contexts) {
        const found = new Set(lexicon(before + token + after));
        for (const word of found) counts.set(word, (counts.get(word) ?? 0) + 1);
        matched += found.size > 0 ? activation : 0;
        all += activation;
      }
      const beyondChance = (matched / all - baseRate) / (1 - baseRate);
      const common = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5);
      const words = common.length > 0 ? ` (${common.map(([word, count]) => `${word} ${count}`).join(", ")})` : "";
      const percent = (share: number) => `${Math.round(100 * share)} %`;
      return {
        verdict: beyondChance >= minShare ? "forget" : "retain",
        confidence: Math.min(1, Math.max(0, beyondChance >= minShare ? beyondChance : 1 - beyondChance)),
        reason: `${percent(matched / all)} of contexts hold a term, ${percent(baseRate)} by chance${words}`,
      };
    },
  };
}

/** Judgements after a person has looked at them. @throws UserError when both say something of one, or there is no such latent */
export function overruled(
  judgements: readonly Judgement[],
  { keep, reject }: { keep: readonly number[]; reject: readonly number[] },
): Judgement[] {
  const wrong = [...keep, ...reject].find((latent) => latent >= judgements.length);
  if (wrong !== undefined)
    throw new UserError(
      `There is no latent ${wrong}: they are 0 to ${judgements.length - 1}. Correct --keep or --reject.`,
    );
  const both = keep.find((latent) => reject.includes(latent));
  if (both !== undefined) throw new UserError(`Latent ${both} is in --keep and in --reject. Take it out of one.`);
  return judgements.map((judgement, latent) => {
    const verdict = keep.includes(latent) ? "forget" : reject.includes(latent) ? "retain" : undefined;
    if (verdict === undefined) return judgement;
    return { verdict, confidence: 1, reason: `by hand; the judge said ${judgement.verdict}: ${judgement.reason}` };
  });
}

/**
 * Asks a judge about every latent. A judge that throws about one leaves "unknown" with the error's message; one that
 * judges many at once says itself what it does not know, and throws only when nothing works.
 */
export async function judgeAll(
  judge: Judge,
  evidence: Iterable<LatentEvidence>,
  onJudged: (judged: number) => void = () => {},
): Promise<Judgement[]> {
  if (judge.judgeMany) return judge.judgeMany([...evidence], onJudged);
  const judgements: Judgement[] = [];
  for (const item of evidence) {
    try {
      judgements.push(await judge.judge(item));
    } catch (error) {
      const reason = `judge failed: ${(error as Error).message}`;
      judgements.push({ verdict: "unknown", confidence: 0, reason, cause: "api error" });
    }
    onJudged(judgements.length);
  }
  return judgements;
}
