/** @file What was done and what was found in two sentences, and what must be known before a number is quoted. */
import { type BeforeFindings, controlArms, filteringArms, slowdownOf } from "./cells.js";
import { listed, parameterLabel, percent, ratio, significant } from "./format.js";
import type { Bounded, Results } from "./results.js";

type Found = BeforeFindings & Pick<Results, "findings">;

/** What was done, and what was found at the largest size by the headline arm, for someone who does not know the words. */
export function sentenceOf(results: Found): string {
  return `${doneSentence(results)} ${foundSentence(results)}`;
}

/** "We trained 27 small models on ...". */
export function doneSentence({ runs, corpus, arms, domain, findings }: Found): string {
  const what = `We trained ${runs.length} small language models on ${corpus.name}`;
  const arm = arms.find(({ name }) => name === findings.headline);
  if (!arm) return `${what}.`;
  const share = percent(arm.filteredShare.train ?? null);
  return `${what}; some on all of it, some with the ${share} of tokens hidden that a classifier takes for ${domain}, some with other tokens hidden as a control.`;
}

/** "The largest, of 0.12 M parameters, knows ... as if ...". */
export function foundSentence(results: Found): string {
  const { forget, retain, size, headline, blunt } = results.findings;
  if (!forget || !headline)
    return "Nothing says which held-out tokens are to be forgotten, so only overall losses were measured.";
  const parameters = results.sizes.find(({ name }) => name === size)!.parameters;
  const who = `The largest that was filtered, of ${parameterLabel(parameters)} parameters,`;
  if (blunt.length > 0)
    return `The filter is blunt: ${blunt.join("; ")}. ${who} knows ${forget} text ${asIf(slowdownOf(results, size, headline, forget))}.`;
  const kept = retain ? `, and the rest ${asIf(slowdownOf(results, size, headline, retain))}` : "";
  return `${who} knows ${forget} text ${asIf(slowdownOf(results, size, headline, forget))}${kept}.`;
}

/** A slowdown in words. Near 1 is as well as before. */
function asIf(slowdown: Bounded | undefined): string {
  if (!slowdown) return "to an extent that was not measured";
  const { value, atLeast, atMost } = slowdown;
  if (value === null && atLeast !== null) return `as if trained with at least ${ratio(atLeast)} times less compute`;
  if (value === null && atMost !== null)
    return atMost < 1.1 ? "as well as without filtering" : `at most ${ratio(atMost)} times worse`;
  if (value === null) return "to an extent that was not measured";
  if (Math.abs(Math.log(value)) < 0.1) return "about as well as without filtering";
  return value > 1
    ? `as if trained with ${ratio(value)} times less compute`
    : `as if trained with ${ratio(1 / value)} times more compute`;
}

/** What a reader must know before quoting a number; computed, so that it fits this study. */
export function caveatsOf(results: Found): string[] {
  const { noise, calibration, findings, cells, arms, config } = results;
  const caveats: string[] = [];
  caveats.push(
    noise.from === "seeds"
      ? `Intervals cover documents and training noise; the noise is that of ${noise.freedom + 1} or more runs that differ in their seed alone (${noise.freedom} degrees of freedom).`
      : "No cell has enough seeds to measure training noise: the spread of the baselines about their line stands in for it.",
  );
  if (calibration.length > 0) {
    const covered = calibration.filter(({ covers }) => covers).length;
    const widths = calibration.flatMap(({ low, high }) => (low && high ? [high / low] : [])).sort((a, b) => a - b);
    const width =
      widths.length > 0 ? `; the middle one spans a factor of ${ratio(widths[Math.floor(widths.length / 2)])}` : "";
    caveats.push(
      `Each baseline run, read off a curve of the others, should have 1: ${covered} of ${calibration.length} intervals hold it${width}.`,
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
      `${outside} of ${quoted.length} forget slowdowns lie outside what the baselines measured; only a bound is given.`,
    );
  const targets = filteringArms(results).map(({ name, retainTargets }) =>
    retainTargets === null ? "" : `${name} ${significant(100 * retainTargets, 3)} %`,
  );
  if (targets.some(Boolean))
    caveats.push(
      `Arms cost equal compute: each reads the same number of tokens. Of the targets to keep, they train on ${listed(targets.filter(Boolean))} of the baseline's number; at equal targets to keep, a slowdown is its product with that share, and selectivity is the same.`,
    );
  if (controlArms(results).length === 0) caveats.push("No control was trained: what any filter would do is not known.");
  if (results.corpus.domainsFrom === "labels")
    caveats.push(
      "No truth is known for this corpus: forget and retain losses are split by the pipeline's own labels, which the classifier learned from.",
    );
  const seeds = cells.filter((cell) => cell.size === findings.size && cell.arm === findings.headline)[0]?.seeds ?? 1;
  if (seeds === 1 && arms.length > 1)
    caveats.push(`The quoted arm has one seed at its largest size (seed ${config.seed}).`);
  return caveats;
}
