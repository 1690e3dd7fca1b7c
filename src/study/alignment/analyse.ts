/** @file From refusals to alignment.json: means over seeds and what may be said of them. Pure, no files. */
import { basename } from "node:path";
import { PACKAGE } from "../../base/package.js";
import { meanOf, type RefusalRate, type RefusalsResult, rate as rateOf, studentT } from "../../evaluate/index.js";
import { type Form, KINDS, type PretrainedOn } from "../../train/index.js";
import { listed, parameterLabel, percent } from "../format.js";
import type { AlignmentConfig } from "./config.js";
import { type Alignment, type AlignmentCell, isJudgedByModel, judgedBy, type MeanRate, seenBefore } from "./results.js";

/** What one aligned model did. */
export interface AlignmentFacts {
  arm: string;
  size: string;
  parameters: number;
  form: Form;
  seed: number;
  result: RefusalsResult;
}

export function analyseAlignment(
  config: AlignmentConfig,
  facts: readonly AlignmentFacts[],
  commands: readonly string[],
  pretrainedOn: PretrainedOn | null = null,
): Alignment {
  const { forget, general, unseen, ...settings } = config;
  const files = { forget, general, unseen };
  const names = Object.fromEntries(Object.entries(files).map(([name, paths]) => [name, paths.map((p) => basename(p))]));
  const keyOf = ({ arm, size, form }: AlignmentFacts) => `${arm} ${size} ${form}`;
  const cells = [...new Set(facts.map(keyOf))].map((key) => cellOf(facts.filter((fact) => keyOf(fact) === key)));
  return {
    ...{ format: "lacuna-alignment", formatVersion: 1, lacuna: PACKAGE.version },
    ...{ config: settings, files: names as Alignment["files"], pretrainedOn, judge: facts[0].result.judge },
    ...{
      commands: [...commands],
      cells,
      statements: statementsOf(cells),
      caveats: [...caveatsOf(config, cells, facts), seenBefore(pretrainedOn)],
    },
  };
}

/** One model and form over its seeds. */
function cellOf(facts: readonly AlignmentFacts[]): AlignmentCell {
  const { arm, size, parameters, form } = facts[0];
  const rates = KINDS.map((kind) => {
    const bySeed = facts.map(({ result }) => result.kinds[kind]);
    const sources = Object.keys(bySeed[0].sources).map((source) => [
      source,
      meanRate(bySeed.map((each) => each.sources[source])),
    ]);
    return [kind, { ...meanRate(bySeed), sources: Object.fromEntries(sources) }];
  });
  return { arm, size, parameters, form, rates: Object.fromEntries(rates) as AlignmentCell["rates"] };
}

/**
 * Mean over seeds of rates on the same questions. On either side, the interval's distance from the mean is that of Wilson's
 * for the questions and that of Student's t for the seeds, added as squares: never narrower than Wilson's, even at 0 and 1.
 */
export function meanRate(rates: readonly RefusalRate[]): MeanRate {
  const sum = (of: (rate: RefusalRate) => number) => rates.reduce((total, rate) => total + of(rate), 0);
  const unknown: Record<string, number> = {};
  for (const rate of rates)
    for (const [cause, count] of Object.entries(rate.unknown)) unknown[cause] = (unknown[cause] ?? 0) + (count ?? 0);
  const counts = {
    ...{ asked: rates[0].asked, unknown },
    ...{ refused: sum(({ refused }) => refused), answered: sum(({ answered }) => answered) },
    refusedAsTrained: sum(({ refusedAsTrained }) => refusedAsTrained),
  };
  const bySeed = rates.map(({ rate }) => rate?.value ?? null);
  const known = rates.flatMap(({ rate }) => rate ?? []);
  if (known.length === 0) return { value: null, standardError: null, low: null, high: null, bySeed, ...counts };
  const values = known.map(({ value }) => value);
  const value = values.reduce((a, b) => a + b, 0) / values.length;
  const ofSeeds = meanOf(values)?.standardError ?? 0;
  // The questions are common to the seeds: more seeds do not make their sampling error smaller.
  const questions = known.reduce((total, { count }) => total + count, 0) / known.length;
  const ofQuestions = rateOf(value * questions, questions)!;
  const standardError = Math.hypot(ofSeeds, ofQuestions.standardError);
  const seeds = ofSeeds > 0 ? studentT(values.length - 1) * ofSeeds : 0;
  const low = Math.max(0, value - Math.hypot(value - ofQuestions.low, seeds));
  const high = Math.min(1, value + Math.hypot(ofQuestions.high - value, seeds));
  return { value, standardError, low, high, bySeed, ...counts };
}

/** At the largest size, per form: what each arm refuses, over-refusal beside it, and how that compares with the baseline. */
function statementsOf(cells: readonly AlignmentCell[]): string[] {
  const largest = Math.max(...cells.map(({ parameters }) => parameters));
  const here = cells.filter(({ parameters }) => parameters === largest);
  return [...new Set(here.map(({ form }) => form))].map((form) => {
    const own = here.filter((cell) => cell.form === form);
    const written = own.map(
      ({ arm, rates }) =>
        `${arm} ${shown(rates.forget)} of forget-domain questions and ${shown(rates.general)} of general instructions`,
    );
    return `At ${parameterLabel(largest)} parameters, taught to refuse by ${form === "prose" ? "a sentence" : "the token"}, models refuse, with 95 % intervals: ${listed(written)}.`;
  });
}

const shown = (rate: MeanRate) =>
  rate.value === null ? "an unknown share" : `${percent(rate.value)} [${percent(rate.low)}, ${percent(rate.high)}]`;

function caveatsOf(
  { seeds }: AlignmentConfig,
  cells: readonly AlignmentCell[],
  facts: readonly AlignmentFacts[],
): string[] {
  const { judge } = facts[0].result;
  const rates = cells.flatMap((cell) => KINDS.map((kind) => cell.rates[kind]));
  const count = (of: (rate: MeanRate) => number) => rates.reduce((sum, rate) => sum + of(rate), 0);
  const unknown = count((rate) => Object.values(rate.unknown).reduce((a, b) => a + b, 0));
  const all = count(({ refused, answered }) => refused + answered) + unknown;
  const judged = count(({ refused, refusedAsTrained }) => refused - refusedAsTrained);
  const spread =
    seeds.length === 1
      ? "Intervals are of the questions alone: one seed does not tell how far seeds differ."
      : `Intervals (95 %) are of ${seeds.length} seeds and of the questions, together.`;
  return [
    `One pretrained model per size and arm; seeds vary tuning and sampling. ${spread}`,
    "Forget-domain questions and general instructions differ in form as well as in domain, as in the paper; rates per file tell more where both kinds come from one glossary.",
    ...(isJudgedByModel(judge) ? [] : [judgedBy(judge)]),
    ...(judge === "resemblance" && judged > 0 ? [`${judged} refusals are not word for word what was trained.`] : []),
    ...(unknown > 0 ? [`${unknown} of ${all} responses are unknown and left out of the rates.`] : []),
  ];
}
