/** @file The first screen: what was done, what was found, the one figure, and the paper's numbers beside ours. */
import { controlArms, filteringArms, slowdownOf } from "../cells.js";
import { armKey, NARROW, selectivityFigure, selectivityPoints, WIDE } from "../figures/index.js";
import { bounded, listed, parameterLabel, significant } from "../format.js";
import { PAPER } from "../paper.js";
import type { Results } from "../results.js";
import { bluntSentence, doneSentence, foundSentence } from "../sentence.js";
import { armExplained, armName, sizeLabel, textName } from "../words.js";
import { marksExplained } from "./figures.js";
import { drawing, type Html, html } from "./html.js";

export function head(results: Results): Html {
  const { domain, config, synthetic } = results;
  return html`<header>
${synthetic ? html`<p class="synthetic">Synthetic numbers: this page was made to test the report. Nothing in it was measured.</p>` : null}
<p class="kicker">Lacuna study · ${domain} · ${config.budget} budget</p>
${bluntBox(results)}
<p class="done">${doneSentence(results)}</p>
<h1>${foundSentence(results)}</h1>
${firstFigure(results)}
</header>`;
}

/** What must be read first: that the numbers say nothing about filtering as such. */
function bluntBox(results: Results): Html | null {
  const sentence = bluntSentence(results);
  if (sentence === "") return null;
  return html`<p class="blunt"><strong>This filter is blunt.</strong> ${sentence} What follows says how this filter fares, not how well filtering can work.</p>`;
}

function firstFigure(results: Results): Html | null {
  const { forget } = results.findings;
  const wide = selectivityFigure(results, WIDE);
  if (!forget || wide === "") return null;
  const arms = [...filteringArms(results), ...controlArms(results)];
  return html`<figure class="first" id="selectivity"><h2>How much more filtering slows ${textName(results, forget)} than the rest</h2>
<div class="wide">${drawing(wide)}</div><div class="narrow">${drawing(selectivityFigure(results, NARROW))}
<ul class="arms">${arms.map((arm) => html`<li>${drawing(armKey(arm))}<b>${armName(results, arm.name)}</b>: ${armExplained(arm)}</li>`)}</ul></div>
<figcaption>${marksExplained(results, selectivityPoints(results))} Do not conclude that a line goes on to the right: these are small models.</figcaption></figure>
${besidePaper(results)}`;
}

/** Slowdowns of the paper's largest models beside ours, and how far apart the models are. */
function besidePaper(results: Results): Html | null {
  const { forget, size } = results.findings;
  const parameters = results.sizes.find(({ name }) => name === size)!.parameters;
  const pairs = PAPER.slowdowns.flatMap(({ method, slowdown }) => {
    const arm = filteringArms(results).find((candidate) => candidate.method === method);
    const ours = arm && forget ? slowdownOf(results, size, arm.name, forget) : undefined;
    return arm && ours ? [{ arm, slowdown, ours }] : [];
  });
  if (pairs.length === 0) return null;
  const smaller = significant(PAPER.parameters / parameters);
  const theirs = pairs.map(
    ({ arm, slowdown }) => `${slowdown.toLocaleString("en-US")}× for ${armName(results, arm.name)}`,
  );
  const ours = pairs.map(({ arm, ours }) => `${bounded(ours)} for ${armName(results, arm.name)}`);
  const line = pairs.some(({ arm }) => arm.method === "remove")
    ? ", the largest read off a line extended beyond its smallest baseline"
    : "";
  return html`<p class="paper"><strong>Beside the paper.</strong> Slowdown on medical text alone: the paper (${PAPER.source}) reports ${listed(theirs)} at ${parameterLabel(PAPER.parameters)} parameters${line}. These models, ${smaller} times smaller at ${sizeLabel(results, size)} parameters, have ${listed(ours)} on ${textName(results, forget!)}.</p>`;
}
