/**
 * @file The same six statements for every study, each with a verdict and its numbers. A claim of the filter stands beside
 * the control that would share it if it were an artefact.
 */
import { type BeforeFindings, controlArms, filteringArms, slowdownOf, statisticAt } from "./cells.js";
import { together, verdictOf } from "./findings.js";
import { bounded, interval, parameterLabel, times } from "./format.js";
import type { Bounded, Results, Verdict } from "./results.js";

type Findings = Results["findings"];
type Statement = Findings["statements"][number];

/** A control does nothing when its selectivity is within about 10 % of 1. */
const NOTHING = 0.1;

export function statementsOf(results: BeforeFindings, findings: Findings): Statement[] {
  const { forget, retain, size, headline, comparisons } = findings;
  if (!forget || !retain || !headline) return [];
  const parameters = results.sizes.find(({ name }) => name === size)!.parameters;
  const where = `at ${parameterLabel(parameters)} parameters`;
  const selectivityAt = (arm: string, at = size) => statisticAt(results.selectivity, at, arm);
  const shown = (arm: string, value: Bounded | undefined) =>
    `${arm} ${value ? `${bounded(value)} ${interval(value)}`.trim() : "–"}`;
  const arms = filteringArms(results).filter(({ name }) => selectivityAt(name));
  const sizesOf = (arm: string) => results.selectivity.filter((cell) => cell.arm === arm).map((cell) => cell.size);
  const against = (arm: string, others: readonly string[]) =>
    comparisons.filter((one) => one.arm === arm && others.includes(one.against));
  const named = (labels: string) =>
    controlArms(results).flatMap((control) => (control.labels === labels ? [control.name] : []));
  const listedBeside = (list: Findings["comparisons"]) =>
    list.map((one) => `${one.size} ${one.arm} over ${one.against} ${ratioOf(one)}`).join(", ");

  const statements: Statement[] = [
    {
      claim: `Filtering slows the learning of ${forget} text more than that of the text to keep`,
      holds: together(arms.map(({ name }) => verdictOf(selectivityAt(name)!, 1))),
      detail: `selectivity ${where}: ${arms.map(({ name }) => shown(name, selectivityAt(name))).join(", ")}`,
    },
  ];
  const fakes = against(headline, [...named("random"), ...named("wrong-topic")]);
  if (fakes.length > 0)
    statements.push({
      claim: `${headline} is more selective than a filter of the same share and shape that is random, or aimed elsewhere`,
      holds: together(fakes.map(({ better }) => better)),
      detail: listedBeside(fakes),
    });
  const random = named("random").flatMap((arm) =>
    sizesOf(arm).map((at) => ({ at, arm, value: selectivityAt(arm, at)! })),
  );
  if (random.length > 0)
    statements.push({
      claim: "The random filter does nothing in particular",
      holds: together(random.map(({ value }) => nothing(value))),
      detail: random.map(({ at, arm, value }) => `${at} ${shown(arm, value)}`).join(", "),
    });
  const documents = filteringArms(results).flatMap(({ name, method }) => (method === "document" ? [name] : []));
  const duels = against(headline, documents);
  if (duels.length > 0)
    statements.push({
      claim: "Token filtering is more selective than document filtering at the same share of tokens",
      holds: together(duels.map(({ better }) => better)),
      detail: listedBeside(duels),
    });
  const trend = findings.trends.find(({ arm }) => arm === headline);
  if (trend)
    statements.push({
      claim: "Its selectivity grows with model size",
      holds: trend.grows,
      detail: `per tenfold compute: ${headline} ${times(trend.value)} ${interval(trend)}`,
    });
  const kept = slowdownOf(results, size, headline, retain);
  if (kept)
    statements.push({
      claim: "The text to keep is learned as well as without filtering",
      holds: keptAsWell(kept),
      detail: `slowdown on it ${where}: ${arms.map(({ name }) => shown(name, slowdownOf(results, size, name, retain))).join(", ")}`,
    });
  return statements;
}

/** ln ratio as a ratio. */
function ratioOf({ value, atLeast, atMost, low, high }: Bounded): string {
  const exp = (x: number | null) => (x === null ? null : Math.exp(x));
  const shown = { value: exp(value), atLeast: exp(atLeast), atMost: exp(atMost), low: exp(low), high: exp(high) };
  return `${bounded(shown)} ${interval(shown)}`.trim();
}

function nothing({ value, low, high }: Bounded): Verdict {
  if (value === null) return "unclear";
  const holdsOne = (low === null || low <= 1) && (high === null || high >= 1);
  if (holdsOne && Math.abs(Math.log(value)) < NOTHING) return "yes";
  return holdsOne ? "unclear" : "no";
}

/** Yes where less than a quarter more compute is needed for it, the whole interval; no where more is. */
function keptAsWell({ low, high }: Bounded): Verdict {
  const MOST = 1.25;
  if (high !== null && high < MOST) return "yes";
  return low !== null && low > MOST ? "no" : "unclear";
}
