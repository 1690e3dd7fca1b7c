/**
 * @file What was found: comparisons, trends, whether the filter is blunt, and plain statements worded the same way
 * whichever way it came out (statements.ts). A verdict is "yes" or "no" only when the whole interval is on one side.
 */
import { isControl } from "./arms.js";
import { type BeforeFindings, filteringArms, statisticAt } from "./cells.js";
import { percent } from "./format.js";
import { measureOfRole } from "./grid.js";
import type { BoundedQuantity } from "./quantity-estimates.js";
import type { Estimate, Results, Verdict } from "./results.js";
import { statementsOf } from "./statements.js";

type Findings = Results["findings"];

/** A classifier whose AUROC may be below this cannot tell forget from retain. */
export const LEAST_AUROC = 0.75;

/** Where the interval lies relative to `neutral`. */
export function verdictOf({ low, high }: Pick<Estimate, "low" | "high">, neutral: number): Verdict {
  if (low !== null && low > neutral) return "yes";
  return high !== null && high < neutral ? "no" : "unclear";
}

/** All yes: yes; all no: no; some yes: partly; else unclear. */
export function together(verdicts: readonly Verdict[]): Verdict | "partly" {
  if (verdicts.length === 0) return "unclear";
  if (verdicts.every((verdict) => verdict === "yes")) return "yes";
  if (verdicts.every((verdict) => verdict === "no")) return "no";
  return verdicts.includes("yes") ? "partly" : "unclear";
}

/** Comparisons, trends and the plain statements that follow from them. */
export function findingsOf(results: BeforeFindings, quantities: readonly BoundedQuantity[]): Findings {
  const ofKind = (kind: BoundedQuantity["kind"]) => quantities.filter((quantity) => quantity.kind === kind);
  const filtered = results.cells.filter((cell) => filteringArms(results).some(({ name }) => name === cell.arm));
  const size = (filtered.at(-1) ?? results.cells.at(-1)!).size;
  const headline = filteringArms(results).find(({ name }) => filtered.some((c) => c.size === size && c.arm === name));
  const findings: Findings = {
    forget: measureOfRole(results.measures, "forget")?.name ?? null,
    retain: measureOfRole(results.measures, "retain")?.name ?? null,
    size,
    headline: headline?.name ?? null,
    comparisons: ofKind("comparison").map(({ arm, against, size, bounded }) => ({
      ...{ size: size!, arm, against: against!, ...bounded },
      better: verdictOf(bounded, 0),
    })),
    trends: ofKind("trend")
      .filter(({ arm }) => !isControl(results.arms.find(({ name }) => name === arm)!))
      .map(({ arm, bounded: { value, low, high } }) => {
        return { arm, value, low, high, grows: verdictOf({ low, high }, 1) };
      }),
    blunt: [],
    statements: [],
  };
  const blunt = bluntness(results, findings);
  return { ...findings, blunt, statements: statementsOf(results, { ...findings, blunt }) };
}

/** Why the filter cannot tell forget from retain: its scores against what it was taught, or what training with it did. */
function bluntness({ routes, selectivity, arms }: BeforeFindings, { headline, size }: Findings): string[] {
  const reasons: string[] = [];
  const [{ classifier }] = routes;
  const tokens = classifier.evaluations.find(
    (e) => e.split === "test" && e.level === "token" && e.against === "labels",
  );
  // The held-out half of the lexicon is no circle; its own labels are, where the lexicon's words count in the score.
  const [auroc, against] = classifier.halves
    ? [classifier.halves, "sentences marked by a half of its lexicon that it was not taught"]
    : [tokens?.auroc, "tokens as its labels mark them"];
  if (auroc && (auroc.low ?? auroc.value ?? 0) < LEAST_AUROC) reasons.push(tooLow(auroc, against));
  const shares = arms.find(({ name }) => name === headline)?.filteredShare;
  if (shares?.train === 0) reasons.push("it takes no token at all, since nothing in the validation text is labelled");
  const at = headline ? statisticAt(selectivity, size, headline) : undefined;
  if (at && verdictOf(at, 1) !== "yes")
    reasons.push("at the largest size it does not clearly slow what is to be forgotten more than what is to be kept");
  return reasons;
}

/** An AUROC is the share of such pairs that are put in the right order. */
function tooLow({ value, low }: Estimate, against: string): string {
  if (value === null) return "how well it tells tokens to forget from tokens to keep is not known";
  const bound = low === null ? "" : `, with 97.5 % confidence at least ${low.toFixed(2)}`;
  return `it scores a token to forget above one to keep in ${percent(value)} of such pairs (AUROC ${value.toFixed(2)} on ${against}${bound}); ${percent(LEAST_AUROC)} is asked for`;
}
