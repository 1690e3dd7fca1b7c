/** @file What was done and what was found, for someone who does not know the words, and what must be known before a number is quoted. */
import { type BeforeFindings, controlArms, filteringArms, slowdownOf } from "./cells.js";
import { interval, listed, percent, ratio, significant } from "./format.js";
import type { ArmFacts, Bounded, Results } from "./results.js";
import { armName, sizeLabel, textName } from "./words.js";

type Found = BeforeFindings & Pick<Results, "findings">;

/** All of it: what was done, whether the filter is any good, and what was found. */
export function sentenceOf(results: Found): string {
  return [doneSentence(results), bluntSentence(results), foundSentence(results)].filter(Boolean).join(" ");
}

/** "We trained 27 small language models on ...". */
export function doneSentence(results: Found): string {
  const { runs, corpus, arms, domain, findings } = results;
  const what = `We trained ${runs.length} small language models on ${corpus.name}`;
  const arm = arms.find(({ name }) => name === findings.headline);
  if (!arm) return `${what}.`;
  const share = percent(arm.filteredShare.train ?? null);
  const filtered = `some without the ${share} of tokens that a classifier takes for ${domain}`;
  const groups = ["some on all of it", filtered];
  if (controlArms(results).length > 0) groups.push("some, as controls, without other tokens");
  return `${what}: ${listed(groups)}.`;
}

/** Why no number of this study says how well filtering works; empty where the filter is good enough. */
export function bluntSentence({ findings, domain }: Found): string {
  if (findings.blunt.length === 0) return "";
  return `The filter does not tell ${domain} from other text well enough: ${findings.blunt.join("; ")}.`;
}

const TREATED = {
  none: "",
  mask: ", not trained to predict these tokens,",
  remove: ", with these tokens removed,",
  document: ", trained without the documents of such tokens,",
} as const satisfies Record<ArmFacts["method"], string>;

/** "The largest filtered model (0.12 M parameters), ..., knows medical text as if ...". */
export function foundSentence(results: Found): string {
  const { forget, retain, size, headline } = results.findings;
  const arm = results.arms.find(({ name }) => name === headline);
  if (!forget || !arm)
    return "Nothing says which held-out tokens are to be forgotten, so only overall losses were measured.";
  const knows = (measure: string) => asIf(slowdownOf(results, size, arm.name, measure));
  const who = `The largest filtered model (${sizeLabel(results, size)} parameters)${TREATED[arm.method]}`;
  const kept = retain
    ? `, and ${isPooled(results, retain) ? "the rest" : textName(results, retain)} ${knows(retain)}`
    : "";
  return `${who} knows ${textName(results, forget)} ${knows(forget)}${kept}.`;
}

const isPooled = ({ measures }: Found, name: string) =>
  measures.some((measure) => measure.name === name && measure.domains.length > 1);

/** Within this of 1, in logarithms, a slowdown is no difference worth a word. */
const ALIKE = Math.log(1.1);
/** An interval that spans more than this about 1 is said beside "about as well". */
const WIDE = Math.log(1.25);

/** A slowdown in words. */
function asIf(slowdown: Bounded | undefined): string {
  const unmeasured = "to an extent that was not measured";
  if (!slowdown) return unmeasured;
  const { value, atLeast, atMost } = slowdown;
  if (value !== null) return `${exactlyAsIf(value)}${doubt(slowdown, value)}`;
  if (atLeast !== null && atLeast > 1) return `as if trained with at least ${ratio(atLeast)} times less compute`;
  if (atMost === null) return unmeasured;
  if (Math.log(atMost) < -ALIKE) return `as if trained with at least ${ratio(1 / atMost)} times more compute`;
  if (Math.log(atMost) < ALIKE) return "at least as well as without filtering";
  return `as if trained with at most ${ratio(atMost)} times less compute`;
}

function exactlyAsIf(value: number): string {
  if (Math.abs(Math.log(value)) < ALIKE) return "about as well as without filtering";
  if (value > 1) return `as if trained with ${ratio(value)} times less compute`;
  return `as if trained with ${ratio(1 / value)} times more compute`;
}

/** The interval, where it holds both no effect and another reading than the one that is said. */
function doubt({ low, high }: Bounded, value: number): string {
  const holdsOne = (low === null || low <= 1) && (high === null || high >= 1);
  const far = (end: number | null) => end === null || Math.abs(Math.log(end)) > WIDE;
  const isSaid = Math.abs(Math.log(value)) >= ALIKE || far(low) || far(high);
  return holdsOne && isSaid ? ` (not certain: slowdown ${interval({ low, high }) || "without an interval"})` : "";
}

/** What a reader must know before quoting a number; computed, so that it fits this study. */
export function caveatsOf(results: Found): string[] {
  const { noise, calibration, findings, cells, arms, config } = results;
  const caveats: string[] = [];
  const quotedNoise = noise.sizes.find(({ size }) => size === findings.size)!;
  caveats.push(
    noise.from === "seeds"
      ? `Intervals cover documents and training noise: that of runs of a size that differ in their seed alone (at the largest filtered size ${quotedNoise.freedom} degrees of freedom).`
      : "No cell has enough seeds to measure training noise: the spread of the baselines about their line stands in for it.",
  );
  if (calibration.length > 0) {
    const covered = calibration.filter(({ covers }) => covers).length;
    const widths = calibration.flatMap(({ low, high }) => (low && high ? [high / low] : [])).sort((a, b) => a - b);
    const middle = widths[Math.floor(widths.length / 2)];
    const width = middle === undefined ? "" : `; the middle one spans a factor of ${ratio(middle)}`;
    caveats.push(
      `Each baseline run, read off a curve of the others, should have a slowdown of 1: ${covered} of ${calibration.length} intervals hold it${width}.`,
    );
  }
  const quoted = cells.flatMap(({ arm, slowdowns }) =>
    slowdowns.filter(
      ({ measure }) => measure === findings.forget && filteringArms(results).some((a) => a.name === arm),
    ),
  );
  const outside = quoted.filter(({ value }) => value === null).length;
  if (outside > 0)
    caveats.push(
      `${outside} of ${quoted.length} slowdowns on the text to forget lie outside what the baselines measured; only a bound is given.`,
    );
  const targets = filteringArms(results).flatMap(({ name, retainTargets }) =>
    retainTargets === null ? [] : [`${armName(results, name)} ${significant(100 * retainTargets, 3)} %`],
  );
  if (targets.length > 0)
    caveats.push(
      `Arms cost equal compute: each reads the same number of tokens. Of the targets to keep, they train on a share of the baseline's number (${listed(targets)}); at equal targets to keep, a slowdown is its product with that share, and selectivity is the same.`,
    );
  if (controlArms(results).length === 0) caveats.push("No control was trained: what any filter would do is not known.");
  if (results.corpus.domainsFrom === "labels")
    caveats.push(
      "No truth is known for this corpus: forget and retain losses are split by the pipeline's own labels, which the classifier learned from.",
    );
  const seeds = cells.find((cell) => cell.size === findings.size && cell.arm === findings.headline)?.seeds ?? 1;
  if (seeds === 1 && arms.length > 1)
    caveats.push(`The quoted arm has one seed at its largest size (seed ${config.seed}).`);
  return caveats;
}
