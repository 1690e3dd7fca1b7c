/**
 * @file Grading labels against held-out truth. Nothing here chooses anything: it only measures, after all is decided.
 */

export interface Grade {
  precision: number;
  recall: number;
  f1: number;
  /** Tokens (or documents) that have a truth. */
  count: number;
  /** Share of them that truly are forget, and that were labelled so. */
  prevalence: number;
  labelled: number;
}

/** Counts agreement of predicted and true 0/1 labels; items without truth are left out by the caller. */
export class Grader {
  private both = 0;
  private predicted = 0;
  private actual = 0;
  private count = 0;

  add(isPredicted: boolean, isForget: boolean): void {
    this.count++;
    if (isPredicted) this.predicted++;
    if (isForget) this.actual++;
    if (isPredicted && isForget) this.both++;
  }

  /** Precision is 0 when nothing was labelled, recall 0 when there was nothing to find. */
  grade(): Grade {
    const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0);
    const { both, predicted, actual, count } = this;
    return {
      precision: share(both, predicted),
      recall: share(both, actual),
      f1: share(2 * both, predicted + actual),
      count,
      prevalence: share(actual, count),
      labelled: share(predicted, count),
    };
  }
}

/** Truth of one split: per token the index of its domain in `domains`; 255 where there is none (special tokens). */
export interface TokenTruth {
  domains: readonly string[];
  labels: Uint8Array;
}
const NO_DOMAIN = 255;

/** A label that is not known; it is not graded. */
export const UNKNOWN_LABEL = 255;

export interface LabelGrades {
  tokens: Grade;
  /** A document is truly forget from the same share of truly forget tokens that labels it forget. */
  documents: Grade;
  /** Tokens again, by source of the document; only when there are several. */
  sources?: Record<string, Grade>;
}

/**
 * Grades the labels of the first documents of a split.
 *
 * @param sources - per document its source
 * @param lengths - per document its tokens
 * @param forget - names of the truth domains that count as forget
 * @param documentShare - share of its tokens with a domain from which a document is truly forget
 */
export function gradeLabels(
  labels: { tokens: Uint8Array; documents: Uint8Array },
  truth: TokenTruth,
  sources: readonly string[],
  lengths: readonly number[],
  forget: readonly string[],
  documentShare: number,
): LabelGrades {
  const isForget = truth.domains.map((domain) => forget.includes(domain));
  const [tokens, documents] = [new Grader(), new Grader()];
  const bySource = new Map<string, Grader>();
  let position = 0;
  for (const [document, length] of lengths.entries()) {
    const source = sources[document];
    if (!bySource.has(source)) bySource.set(source, new Grader());
    let [known, truly] = [0, 0];
    for (const end = position + length; position < end; position++) {
      const domain = truth.labels[position];
      if (domain === NO_DOMAIN || labels.tokens[position] === UNKNOWN_LABEL) continue;
      known++;
      if (isForget[domain]) truly++;
      for (const grader of [tokens, bySource.get(source)!]) grader.add(labels.tokens[position] === 1, isForget[domain]);
    }
    if (known > 0 && labels.documents[document] !== UNKNOWN_LABEL)
      documents.add(labels.documents[document] === 1, truly / known >= documentShare);
  }
  const grades = { tokens: tokens.grade(), documents: documents.grade() };
  if (bySource.size < 2) return grades;
  const named = [...bySource].sort(([a], [b]) => (a < b ? -1 : 1)).map(([source, grader]) => [source, grader.grade()]);
  return { ...grades, sources: Object.fromEntries(named) };
}
