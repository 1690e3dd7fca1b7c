/** @file The spans a label folder was written with: where they are and how sure they are. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readRecords, SPLITS, type Split } from "../../corpus/index.js";
import { NO_DOMAIN } from "../../tokens/index.js";
import type { LabelFolder, LabelledDocument } from "./folder.js";

const Line = z.object({
  id: z.string(),
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  label: z.enum(["forget", "retain", "unknown"]),
  strength: z.number().optional(),
  latents: z.array(z.object({ latent: z.int(), peak: z.number() })).default([]),
});

/** A span made from latents, in UTF-8 bytes of its document. */
export type ReportedSpan = z.infer<typeof Line> & { split: Split };

/** Spans with provenance from {split}.spans.jsonl; none where labels were not made from latents. */
export async function readReportedSpans(folder: string): Promise<ReportedSpan[]> {
  const spans: ReportedSpan[] = [];
  for (const split of SPLITS) {
    const path = join(folder, `${split}.spans.jsonl`);
    if (!existsSync(path)) continue;
    for await (const span of readRecords(path, Line, "a span"))
      if (span.strength !== undefined) spans.push({ split, ...span });
  }
  return spans;
}

/** What a kept latent did: the spans it fired in, their tokens, and how many of those truly are forget. */
export interface LatentUse {
  spans: number;
  tokens: number;
  /** Tokens with a truth, and those of them that truly are forget. */
  known: number;
  truly: number;
}

/** Use of each latent that fired in a labelled span. A span counts for every latent in it. */
export function latentUse(folder: LabelFolder, spans: readonly ReportedSpan[]): Map<number, LatentUse> {
  const documents = new Map(folder.documents.map((document) => [`${document.split} ${document.id}`, document]));
  const isForget = folder.domains.map((name) => folder.domain.truth.includes(name));
  const ends = new Map<LabelledDocument, Uint32Array>();
  const uses = new Map<number, LatentUse>();
  for (const { split, id, start, end, latents } of spans) {
    const document = documents.get(`${split} ${id}`);
    if (!document) continue;
    if (!ends.has(document)) ends.set(document, folder.read(document).ends);
    const truths = [...tokensIn(ends.get(document)!, start, end)].map((token) => document.truth?.[token] ?? NO_DOMAIN);
    const known = truths.filter((domain) => domain !== NO_DOMAIN);
    for (const { latent } of latents) {
      const use = uses.get(latent) ?? { spans: 0, tokens: 0, known: 0, truly: 0 };
      use.spans++;
      use.tokens += truths.length;
      use.known += known.length;
      use.truly += known.filter((domain) => isForget[domain]).length;
      uses.set(latent, use);
    }
  }
  return uses;
}

/** Tokens that share a byte with [start, end). */
function* tokensIn(ends: Uint32Array, start: number, end: number): Generator<number> {
  let low = 0;
  for (let high = ends.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (ends[middle] > start) high = middle;
    else low = middle + 1;
  }
  for (let token = low; token < ends.length && (token === 0 ? 0 : ends[token - 1]) < end; token++) yield token;
}
