/** @file What a corpus holds, counted: documents and characters by split, domain and source. */
import { type CorpusDocument, SPLITS, type Split } from "./document.js";

export interface CorpusSummary {
  documents: Record<Split, number>;
  characters: Record<Split, number>;
  /** Characters of each truth domain by split; absent where nothing is known. */
  domains: Record<string, Record<Split, number>>;
  sources: Record<string, { documents: number; characters: number }>;
  /** How many documents hold a share of each domain of 0, (0, 0.1], (0.1, 0.25], (0.25, 0.5], (0.5, 1] of characters. */
  documentsByDomainShare: Record<string, number[]>;
}

const SHARE_STEPS = [0, 0.1, 0.25, 0.5, 1];

export function summarise(documents: readonly CorpusDocument[]): CorpusSummary {
  const none = () => Object.fromEntries(SPLITS.map((split) => [split, 0])) as Record<Split, number>;
  const names = [...new Set(documents.flatMap(({ truth }) => truth?.map(({ domain }) => domain) ?? []))].sort();
  const summary: CorpusSummary = {
    documents: none(),
    characters: none(),
    domains: Object.fromEntries(names.map((name) => [name, none()])),
    sources: {},
    documentsByDomainShare: Object.fromEntries(names.map((name) => [name, SHARE_STEPS.map(() => 0)])),
  };
  for (const { text, source, split, truth } of documents) {
    summary.documents[split]++;
    summary.characters[split] += text.length;
    const bySource = (summary.sources[source] ??= { documents: 0, characters: 0 });
    bySource.documents++;
    bySource.characters += text.length;
    for (const name of names) {
      const inside = truth?.reduce((sum, span) => sum + (span.domain === name ? span.end - span.start : 0), 0) ?? 0;
      summary.domains[name][split] += inside;
      summary.documentsByDomainShare[name][SHARE_STEPS.findIndex((step) => inside / text.length <= step)]++;
    }
  }
  summary.sources = Object.fromEntries(Object.entries(summary.sources).sort(([a], [b]) => (a < b ? -1 : 1)));
  return summary;
}
