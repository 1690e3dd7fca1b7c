/** @file The finding in one sentence, and what must be known before a number is quoted. */
import { type BeforeFindings, baselineName, filteringArms, slowdownOf } from "./cells.js";
import { listed, parameterLabel, significant, times } from "./format.js";
import type { Results } from "./results.js";

/** The finding in one sentence: every arm at the largest size, token against document, and the trend with size. */
export function sentenceOf(results: BeforeFindings & Pick<Results, "findings">): string {
  const { forget, retain, statements } = results.findings;
  if (!forget) return "Nothing says which held-out tokens are to be forgotten, so only overall losses were measured.";
  const largest = results.sizes.at(-1)!;
  const arms = filteringArms(results);
  const quoted = (measure: string) =>
    arms.map((arm) => ({ arm: arm.name, slowdown: slowdownOf(results, largest.name, arm.name, measure) }));
  const forgotten = quoted(forget).map(({ arm, slowdown }) => {
    const note = slowdown?.extrapolated ? ", extrapolated" : "";
    return `${times(slowdown?.value ?? null).replace("×", "")} (${arm}${note})`;
  });
  const kept = retain ? quoted(retain).flatMap(({ slowdown }) => slowdown?.value ?? []) : [];
  const [lowest, highest] = [times(Math.min(...kept)), times(Math.max(...kept))];
  const other =
    kept.length === 0 ? "" : `, against ${lowest === highest ? lowest : `${lowest} to ${highest}`} on the rest`;
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
    `At ${parameterLabel(largest.parameters)} parameters, a model trained on filtered text needed ${listed(forgotten)} times the compute of an unfiltered one for its loss on ${forget} text${other}`,
    ...(duel ? [duelWords[duel.holds]] : []),
    ...(trend ? [trendWords[trend.holds]] : []),
  ];
  return `${clauses.join("; ")}.`;
}

/** What a reader must know before quoting a number; computed, so that it fits this study. */
export function caveatsOf(results: BeforeFindings & Pick<Results, "findings">): string[] {
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
