/**
 * @file The same six statements for every study, each with a verdict and its numbers. A claim of the filter stands beside
 * the control that would share it if it were an artefact.
 */
import { type BeforeFindings, controlArms, filteringArms, slowdownOf, statisticAt } from "./cells.js";
import { together, verdictOf } from "./findings.js";
import { boundedInterval, expOf, interval, times } from "./format.js";
import type { ArmFacts, Bounded, Results, Verdict } from "./results.js";
import { armName, sizeLabel, textName } from "./words.js";

type Findings = Results["findings"];
type Statement = Findings["statements"][number];

/** A control does nothing when its selectivity is within about 10 % of 1. */
const NOTHING = 0.1;

export function statementsOf(results: BeforeFindings, findings: Findings): Statement[] {
  const { forget, retain, size, headline, comparisons } = findings;
  if (!forget || !retain || !headline) return [];
  const named = (arm: string) => armName(results, arm);
  const where = `at ${sizeLabel(results, size)} parameters`;
  const selectivityAt = (arm: string, at = size) => statisticAt(results.selectivity, at, arm);
  const shown = (arm: string, value: Bounded | undefined) => `${named(arm)} ${value ? boundedInterval(value) : "–"}`;
  const arms = filteringArms(results).filter(({ name }) => selectivityAt(name));
  const controls = (...labels: ArmFacts["labels"][]) =>
    controlArms(results).flatMap((control) => (labels.includes(control.labels) ? [control.name] : []));
  const against = (others: readonly string[]) =>
    comparisons.filter((one) => one.arm === headline && others.includes(one.against));
  const beside = (list: Findings["comparisons"]) => {
    const others = [...new Set(list.map((one) => one.against))].map((other) => {
      const own = list.filter((one) => one.against === other);
      const numbers = own.map((one) => `${boundedInterval(expOf(one))} at ${sizeLabel(results, one.size)}`);
      return `to ${named(other)} ${numbers.join(", ")}`;
    });
    return `ratio of selectivities, ${named(headline)} ${others.join("; ")}`;
  };

  const statements: Statement[] = [
    {
      claim: `Filtering slows the learning of ${textName(results, forget)} more than that of the text to keep`,
      holds: together(arms.map(({ name }) => verdictOf(selectivityAt(name)!, 1))),
      detail: `selectivity ${where}: ${arms.map(({ name }) => shown(name, selectivityAt(name))).join(", ")}`,
    },
  ];
  const fakes = against(controls("random", "wrong-topic"));
  if (fakes.length > 0)
    statements.push({
      claim: "A filter that is random, or aimed at another topic, is less selective",
      holds: together(fakes.map(({ better }) => better)),
      detail: beside(fakes),
    });
  const random = results.selectivity.filter(({ arm }) => controls("random").includes(arm));
  if (random.length > 0)
    statements.push({
      claim: "A random filter slows all text alike",
      holds: together(random.map(nothing)),
      detail: `selectivity, 1 if so: ${random.map((one) => `${shown(one.arm, one)} at ${sizeLabel(results, one.size)}`).join(", ")}`,
    });
  const documents = filteringArms(results).flatMap(({ name, method }) => (method === "document" ? [name] : []));
  const duels = against(documents);
  if (duels.length > 0)
    statements.push({
      claim: "Token filtering is more selective than document filtering at the same share of tokens",
      holds: together(duels.map(({ better }) => better)),
      detail: beside(duels),
    });
  const trend = findings.trends.find(({ arm }) => arm === headline);
  if (trend)
    statements.push({
      claim: "The larger the model, the more selective filtering is",
      holds: trend.grows,
      detail:
        `selectivity of ${named(headline)}, factor per tenfold compute: ${times(trend.value)} ${interval(trend)}`.trim(),
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

/** Yes where it is 1 within a tenth, by its interval or by its value; no where it is neither. */
function nothing({ value, low, high }: Bounded): Verdict {
  if (value === null) return "unclear";
  const isNear = (x: number | null) => x !== null && Math.abs(Math.log(x)) < NOTHING;
  const holdsOne = (low === null || low <= 1) && (high === null || high >= 1);
  if ((isNear(low) && isNear(high)) || (holdsOne && isNear(value))) return "yes";
  return holdsOne || isNear(value) ? "unclear" : "no";
}

/** Yes where less than a quarter more compute is needed for it, the whole interval; no where more is. */
function keptAsWell({ low, high }: Bounded): Verdict {
  const MOST = 1.25;
  if (high !== null && high < MOST) return "yes";
  return low !== null && low > MOST ? "no" : "unclear";
}
