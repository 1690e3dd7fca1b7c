/**
 * @file What was found, in words, worded the same way whichever way it came out.
 *
 * A verdict is "yes" or "no" only when the whole interval is on one side, otherwise "unclear". Nothing is chosen by
 * result: the sentence names every arm at the largest size, and the statements are the same four for every study.
 */
import type { EstimatedQuantity } from "./analyse.js";
import { interval, listed, parameterLabel, significant, times } from "./format.js";
import { measureOfRole } from "./grid.js";
import type { Estimate, Method, Results, Verdict } from "./results.js";

type BeforeFindings = Omit<Results, "findings" | "caveats" | "sentence">;
type Findings = Results["findings"];
type Statement = Findings["statements"][number];

/** The slowdowns quoted in words: the log-log line, as in the paper. */
const QUOTED: Method = "fit";

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

/** The quoted slowdown of one cell; undefined where the study has no such cell. */
export function slowdownOf(results: BeforeFindings, size: string, arm: string, measure: string, method = QUOTED) {
  const cell = results.cells.find((candidate) => candidate.size === size && candidate.arm === arm);
  return cell?.slowdowns.find((slowdown) => slowdown.measure === measure && slowdown.method === method);
}

/** Arms that filter, strongest method first: the order in which words name them. */
export function filteringArms({ arms }: Pick<Results, "arms">): Results["arms"] {
  const order = ["remove", "mask", "document"];
  return arms.filter((arm) => arm.method !== "none").sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
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
  const growth = trends.filter((trend) => trend.measure === forget && trend.method === QUOTED);
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

/** The finding in one sentence: every arm at the largest size, token against document, and the trend with size. */
export function sentenceOf(results: BeforeFindings & { findings: Findings }): string {
  const { forget, retain, statements } = results.findings;
  if (!forget) return "Nothing says which held-out tokens are to be forgotten, so only overall losses were measured.";
  const largest = results.sizes.at(-1)!;
  const arms = filteringArms(results);
  const quoted = (measure: string) =>
    arms.map((arm) => ({ arm: arm.name, slowdown: slowdownOf(results, largest.name, arm.name, measure) }));
  const forgotten = quoted(forget).map(({ arm, slowdown }) => {
    const note = slowdown?.extrapolated ? ", extrapolated" : "";
    return `${times(slowdown?.value ?? null)} (${arm}${note})`;
  });
  const kept = retain ? quoted(retain).flatMap(({ slowdown }) => slowdown?.value ?? []) : [];
  const [lowest, highest] = [times(Math.min(...kept)), times(Math.max(...kept))];
  const other = kept.length === 0 ? "" : `, and ${lowest === highest ? lowest : `${lowest} to ${highest}`} on the rest`;
  const duel = statements.find(({ claim }) => claim.startsWith("Token filtering"));
  const trend = statements.find(({ claim }) => claim.startsWith("The slowdown"));
  const duelWords = {
    yes: "token filtering beats document filtering at every size",
    partly: "token filtering beats document filtering in part of the comparisons",
    no: "token filtering does not beat document filtering at any size",
    unclear: "token filtering does not clearly beat document filtering",
  };
  const trendWords = {
    yes: "the slowdown grows with size for every arm",
    partly: "the slowdown grows with size for some arms only",
    no: "the slowdown does not grow with size",
    unclear: "it is unclear whether the slowdown grows with size",
  };
  const clauses = [
    `At ${parameterLabel(largest.parameters)} parameters, reaching the filtered model's loss on ${forget} text took it ${listed(forgotten)} the compute the unfiltered baseline needs${other}`,
    ...(duel ? [duelWords[duel.holds]] : []),
    ...(trend ? [trendWords[trend.holds]] : []),
  ];
  return `${clauses.join("; ")}.`;
}

/** What a reader must know before quoting a number; computed, so that it fits this study. */
export function caveatsOf(results: BeforeFindings & { findings: Findings }): string[] {
  const caveats: string[] = [];
  const { forget, method } = results.findings;
  const seeds = Math.max(...results.cells.map((cell) => cell.seeds));
  caveats.push(
    seeds === 1
      ? "One training seed per cell: intervals come from resampling test documents only and do not cover the noise of training."
      : `Up to ${seeds} training seeds per cell: intervals come from resampling test documents and seeds.`,
  );
  const quoted = results.cells.flatMap((cell) =>
    cell.slowdowns.filter((s) => s.method === method && s.measure === forget && cell.arm !== baselineName(results)),
  );
  const outside = quoted.filter((slowdown) => slowdown.extrapolated).length;
  caveats.push(
    `The baseline curve rests on ${results.sizes.length} sizes; ${outside} of ${quoted.length} forget slowdowns are read off beyond them (marked *), where a power law is an assumption.`,
  );
  if (results.arms.some((arm) => arm.method !== "none" && arm.budget === "raw")) {
    const share = (arm: string) => {
      const runs = results.runs.filter((run) => run.arm === arm);
      const ratio = runs.reduce((sum, run) => sum + run.effectiveTokens / run.rawTokens, 0) / runs.length;
      const epochs = Math.max(...runs.map((run) => run.epochs));
      return `${arm} ${significant(100 * ratio, 3)} % of them (up to ${significant(epochs)} epochs)`;
    };
    caveats.push(
      `Arms cost equal compute: each reads the same number of raw tokens, but trains on fewer targets: ${results.arms.map((arm) => share(arm.name)).join(", ")}. Below 1× on the text to keep means the budget was spent on it.`,
    );
  }
  if (results.corpus.domainsFrom === "labels")
    caveats.push("No truth is known for this corpus: forget and retain losses are split by the pipeline's own labels.");
  return caveats;
}

function baselineName({ arms }: Pick<Results, "arms">): string | undefined {
  return arms.find((arm) => arm.method === "none")?.name;
}
