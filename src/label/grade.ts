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
