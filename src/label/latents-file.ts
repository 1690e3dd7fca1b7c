/** @file latents.jsonl: every latent with its verdict and its evidence, one per line, to be read by eye. */
import type { Judgement, LatentEvidence, Verdict } from "./judge.js";
import type { LatentDetail } from "./llm/latents.js";

/** What a verdict means for a latent. */
const STATUS: Record<Verdict, string> = { forget: "kept", retain: "rejected", unknown: "unknown" };

const rounded = (value: number) => Number(value.toPrecision(5));

/**
 * One line of latents.jsonl per latent; `threshold` is the activation from which it is strong.
 * @param noText - contexts are told by their activation alone, verdicts without the words behind them
 */
export function* latentLines(
  evidence: readonly LatentEvidence[],
  judgements: readonly Judgement[],
  thresholds: Float64Array,
  details: readonly LatentDetail[] = [],
  noText = false,
): Generator<Uint8Array> {
  for (const [index, { latent, mean, sd, frequency, contexts }] of evidence.entries()) {
    const { verdict, confidence, reason, cause } = judgements[index];
    const { explanation, score } = details[index] ?? {};
    const line = {
      latent,
      status: STATUS[verdict],
      confidence: rounded(confidence),
      reason: noText ? "" : reason,
      cause,
      explanation,
      score: score === undefined ? undefined : rounded(score),
      frequency: rounded(frequency),
      mean: rounded(mean),
      sd: rounded(sd),
      threshold: rounded(thresholds[latent]),
      contexts: contexts.map((context) => ({
        ...(noText ? { before: "", token: "", after: "" } : context),
        activation: rounded(context.activation),
      })),
    };
    yield Buffer.from(`${JSON.stringify(line)}\n`);
  }
}
