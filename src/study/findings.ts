/**
 * @file What was found, in words, worded the same way whichever way it came out.
 *
 * A verdict is "yes" or "no" only when the whole interval is on one side, otherwise "unclear". Nothing is chosen by
 * result: every arm is named, and the statements are the same four for every study. The sentence is in sentence.ts.
 */
import type { EstimatedQuantity } from "./analyse.js";
import { type BeforeFindings, filteringArms, QUOTED, slowdownOf } from "./cells.js";
import { interval, parameterLabel, significant, times } from "./format.js";
import { measureOfRole } from "./grid.js";
import type { Estimate, Results, Verdict } from "./results.js";

export { resultTable } from "./table.js";

type Findings = Results["findings"];
type Statement = Findings["statements"][number];

/** Where the interval lies relative to `neutral`. */
function verdictOf({ low, high }: Estimate, neutral: number): Verdict {
  if (low !== null && low > neutral) return "yes";
  return high !== null && high < neutral ? "no" : "unclear";
}

/** Trade-offs, trends and the plain statements that follow from them. */
export function findingsOf(results: BeforeFindings, quantities: readonly EstimatedQuantity[]): Findings {
  const document = results.arms.find((arm) => arm.method === "document");
  const ofKind = (kind: EstimatedQuantity["kind"]) => quantities.filter((quantity) => quantity.kind === kind);
  const findings: Findings = {
    forget: measureOfRole(results.measures, "forget")?.name ?? null,
    retain: measureOfRole(results.measures, "retain")?.name ?? null,
    method: QUOTED,
    tradeoffs: ofKind("tradeoff").map(({ arm, measure, size, estimate, extrapolated }) => ({
      ...{ arm, measure, size: size!, against: document!.name, ...estimate },
      extrapolated: extrapolated === 1,
      better: verdictOf(estimate, 0),
    })),
    trends: ofKind("trend").map(({ arm, measure, method, estimate, extrapolated }) => ({
      ...{ arm, measure, method: method!, ...estimate },
      extrapolatedPoints: extrapolated!,
      grows: verdictOf(estimate, 1),
    })),
    statements: [],
  };
  return { ...findings, statements: statementsOf(results, findings) };
}

function statementsOf(results: BeforeFindings, { forget, retain, tradeoffs, trends }: Findings): Statement[] {
  if (!forget) return [];
  const largest = results.sizes.at(-1)!;
  const arms = filteringArms(results);
  const at = (arm: string, measure: string) => slowdownOf(results, largest.name, arm, measure);
  const where = `at ${parameterLabel(largest.parameters)} parameters`;
  const slowed = arms.map((arm) => ({ arm: arm.name, slowdown: at(arm.name, forget) }));
  const statements: Statement[] = [
    {
      claim: `Filtering slows the learning of ${forget} text`,
      holds: together(slowed.map(({ slowdown }) => (slowdown ? verdictOf(slowdown, 1) : "unclear"))),
      detail: `${where}: ${slowed.map(({ arm, slowdown }) => `${arm} ${slowdown ? `${times(slowdown.value)} ${interval(slowdown)}` : "–"}`).join(", ")}`,
    },
  ];
  if (retain) {
    const pairs = arms.map(({ name }) => ({ name, forget: at(name, forget), retain: at(name, retain) }));
    statements.push({
      claim: `It slows ${forget} text more than the text to keep`,
      holds: together(
        pairs.map((pair): Verdict => {
          if (!pair.forget || !pair.retain) return "unclear";
          if ((pair.forget.low ?? Number.NaN) > (pair.retain.high ?? Number.NaN)) return "yes";
          return (pair.forget.high ?? Number.NaN) < (pair.retain.low ?? Number.NaN) ? "no" : "unclear";
        }),
      ),
      detail: `${where}, text to keep: ${pairs.map(({ name, retain }) => `${name} ${retain ? `${times(retain.value)} ${interval(retain)}` : "–"}`).join(", ")}`,
    });
  }
  const duels = tradeoffs.filter((tradeoff) => tradeoff.measure === retain);
  if (duels.length > 0) {
    const rivals = arms.filter((arm) => duels.some((duel) => duel.arm === arm.name));
    const score = (arm: string) => {
      const own = duels.filter((duel) => duel.arm === arm);
      const count = (verdict: Verdict) => own.filter((duel) => duel.better === verdict).length;
      return `${arm} ahead at ${count("yes")} of ${own.length} sizes, behind at ${count("no")}`;
    };
    statements.push({
      claim: "Token filtering beats document filtering: at equal loss on the text to keep, more is forgotten",
      holds: together(duels.map((duel) => duel.better)),
      detail: rivals.map((arm) => score(arm.name)).join("; "),
    });
  }
  const growth = arms.flatMap(({ name }) =>
    trends.filter((trend) => trend.arm === name && trend.measure === forget && trend.method === QUOTED),
  );
  if (growth.length > 0) {
    statements.push({
      claim: `The slowdown on ${forget} text grows with model size`,
      holds: together(growth.map((trend) => trend.grows)),
      detail: `per tenfold compute: ${growth.map((trend) => `${trend.arm} ×${trend.value === null ? "–" : significant(trend.value)} ${interval(trend)}`).join(", ")}`,
    });
  }
  return statements;
}

/** All yes: yes; all no: no; some yes: partly; else unclear. */
function together(verdicts: readonly Verdict[]): Statement["holds"] {
  if (verdicts.every((verdict) => verdict === "yes")) return "yes";
  if (verdicts.every((verdict) => verdict === "no")) return "no";
  return verdicts.includes("yes") ? "partly" : "unclear";
}
