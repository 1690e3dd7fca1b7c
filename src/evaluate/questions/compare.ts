/**
 * @file Two models on the same questions: what did one lose against the other, group by group.
 *
 * Differences are taken question by question, the second model less the first, on questions both answered and that are
 * not contaminated. Each group is tested by sign flips; a pair of groups (forget, retain) also against each other, for
 * "significant here, not significant there" is not yet a difference between here and there (Gelman & Stern 2006).
 */
import { UserError } from "../../base/errors.js";
import { differenceTest, pairedTest, type Test } from "../statistics.js";
import type { Answered } from "./answers.js";
import { MEASURE_NAMES, MEASURES, type MeasureName } from "./measures.js";

export interface Comparison {
  /** Per group and measure: second less first. */
  groups: Record<string, Partial<Record<MeasureName, Test>>>;
  /** Per measure: the change on the forget group less that on the retain groups; null without both. */
  forgetAgainstRetain: Partial<Record<MeasureName, Test>> | null;
}

/** @throws UserError when the models did not answer the same questions */
export function compareAnswers(
  first: readonly Answered[],
  second: readonly Answered[],
  { seed, forget = [], retain = [] }: { seed: number; forget?: readonly string[]; retain?: readonly string[] },
): Comparison {
  const others = new Map(second.map((answered) => [answered.id, answered]));
  const missing = first.find(({ id }) => !others.has(id));
  if (missing || first.length !== second.length)
    throw new UserError(
      `The models did not answer the same questions (${first.length} and ${second.length}${missing ? `; ${missing.id} is missing` : ""}). Put the same question files with the same --seed to both.`,
    );
  const counted = first.filter(({ contaminated }) => !contaminated);
  if (counted.length === 0)
    throw new UserError(
      `There is nothing to compare: of ${first.length} questions ${first.length} stand in the training text. Put other questions to both models.`,
    );
  const differences = (members: readonly Answered[], name: MeasureName): number[] =>
    members.flatMap((answered) => {
      const [before, after] = [MEASURES[name](answered), MEASURES[name](others.get(answered.id)!)];
      return before === undefined || after === undefined ? [] : [after - before];
    });
  const perMeasure = (test: (name: MeasureName) => Test | null) =>
    Object.fromEntries(
      MEASURE_NAMES.flatMap((name) => {
        const tested = test(name);
        return tested ? [[name, tested]] : [];
      }),
    ) as Partial<Record<MeasureName, Test>>;
  const names = [...new Set(counted.map(({ group }) => group))].sort();
  const of = (groups: readonly string[]) => counted.filter(({ group }) => groups.includes(group));
  const groups = Object.fromEntries(
    names.map((name) => [name, perMeasure((measure) => pairedTest(differences(of([name]), measure), seed))]),
  );
  const [lost, kept] = [of(forget), of(retain)];
  const forgetAgainstRetain =
    lost.length === 0 || kept.length === 0
      ? null
      : perMeasure((name) => differenceTest(differences(lost, name), differences(kept, name), seed));
  return { groups, forgetAgainstRetain };
}
