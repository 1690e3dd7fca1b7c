/**
 * @file Where labels come from: the spans the rule labelled, each with the latents that fired in it.
 *
 * A latent's explanation and verdict stand in latents.jsonl under its number. A span is counted in UTF-8 bytes of the
 * document's text, so `npx lacuna label-spans --offsets bytes` reads the file, corrected by hand or not.
 */
import type { SparseActivations } from "../models/index.js";
import type { Rule } from "./rule.js";

export interface FiredLatent {
  latent: number;
  /** Its highest activation in the span, in units of the threshold from which it is strong. */
  peak: number;
}

export interface LabelledSpan {
  /** UTF-8 bytes of the document's text; `end` is just behind the last. */
  start: number;
  end: number;
  /** How clear its best seed is: the `minStrong`-th highest activation of one token, in units of thresholds; from 1 on. */
  strength: number;
  /** Kept latents active in it, the highest peak first; those with a peak of 1 or more were strong. */
  latents: FiredLatent[];
}

/** Peaks are told up to this: a latent that was silent in the reference set has a threshold near 0. */
const MOST = 1000;

/**
 * The spans of one document.
 *
 * @param labels - 1 where forget, shape [tokens]
 * @param ends - UTF-8 byte at which each token ends
 * @param active - of the kept latents, numbered as in `kept`
 */
export function labelledSpans(
  labels: Uint8Array,
  ends: Uint32Array,
  { offsets, latents, values }: SparseActivations,
  kept: { keep: Uint32Array; thresholds: Float64Array },
  { minStrong }: Pick<Rule, "minStrong">,
): LabelledSpan[] {
  const spans: LabelledSpan[] = [];
  for (let token = 0; token < labels.length; token++) {
    if (labels[token] !== 1) continue;
    const start = token === 0 ? 0 : ends[token - 1];
    const peaks = new Map<number, number>();
    let strength = 0;
    for (; token < labels.length && labels[token] === 1; token++) {
      const here: number[] = [];
      for (let entry = offsets[token]; entry < offsets[token + 1]; entry++) {
        const latent = latents[entry];
        const peak = Math.min(MOST, values[entry] / Math.max(kept.thresholds[latent], Number.MIN_VALUE));
        here.push(peak);
        peaks.set(latent, Math.max(peak, peaks.get(latent) ?? 0));
      }
      here.sort((a, b) => b - a);
      strength = Math.max(strength, here[minStrong - 1] ?? 0);
    }
    const fired = Array.from(peaks, ([latent, peak]) => ({ latent: kept.keep[latent], peak }));
    fired.sort((a, b) => b.peak - a.peak || a.latent - b.latent);
    spans.push({ start, end: ends[token - 1], strength, latents: fired });
  }
  return spans;
}

/** One line of {split}.spans.jsonl per span. */
export function* spanLines(documents: Iterable<{ id: string; spans: readonly LabelledSpan[] }>): Generator<Uint8Array> {
  const rounded = (value: number) => Number(value.toPrecision(4));
  for (const { id, spans } of documents)
    for (const { start, end, strength, latents } of spans) {
      const fired = latents.map(({ latent, peak }) => ({ latent, peak: rounded(peak) }));
      const line = { id, start, end, label: "forget", strength: rounded(strength), latents: fired };
      yield Buffer.from(`${JSON.stringify(line)}\n`);
    }
}
