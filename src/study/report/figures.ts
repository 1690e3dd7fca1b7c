/** @file The report's further figures, each with what to see in it and what not to conclude from it. */
import { controlArms } from "../cells.js";
import {
  armColour,
  armKey,
  baselineCurvePoints,
  baselineFigure,
  classifierPanels,
  curvesFigure,
  frontierFigure,
  type Layout,
  NARROW,
  type ShownArm,
  slowdownFigure,
  slowdownPoints,
  WIDE,
} from "../figures/index.js";
import type { Bounded, Results } from "../results.js";
import { armName, sizeLabel, textName } from "../words.js";
import { drawing, type Html, html } from "./html.js";

export interface Caption {
  title: string;
  see: string;
  beware: string;
  /** A legend, where lines carry no labels of their own. */
  key?: Html;
}

/** A figure drawn twice, for wide and for narrow screens; null when there is nothing to draw. */
export function figure<From>(
  results: From,
  draw: (results: From, layout: Layout) => string,
  { title, see, beware, key }: Caption,
): Html | null {
  const wide = draw(results, WIDE);
  if (wide === "") return null;
  return html`<figure><h3>${title}</h3>
${key ?? null}<div class="wide">${drawing(wide)}</div><div class="narrow">${drawing(draw(results, NARROW))}</div>
<figcaption><strong>See</strong> ${see} <strong>Do not conclude</strong> ${beware}</figcaption></figure>
`;
}

export function figuresSection(results: Results): Html {
  const { forget, size } = results.findings;
  const text = forget ? textName(results, forget) : "the text";
  return html`<section id="figures">
<h2>The figures</h2>
${figure(results, slowdownFigure, {
  title: "What filtering cost, in compute",
  see: `how far each line rises above 1× on ${text}, and whether it stays near 1× on the rest. ${marksExplained(results, slowdownPoints(results))}`,
  beware: "that a line goes on to the right: these are few and small models.",
})}
${figure(results, frontierFigure, {
  title: "What was forgotten for what was kept",
  see: `which lines lie above that of no filter: such a model knows less ${text} at the same loss on the rest. Each line joins one arm's sizes, the largest at its left end. A random filter only moves along the line of no filter.`,
  beware:
    "from single points that one arm is better than another: the table of selectivity gives the gap at equal kept loss with its interval.",
})}
${figure(results, baselineFigure, {
  title: "Where the slowdowns are read off",
  see: `the dotted spans: at equal loss, how far left of a filtered model the curve of no filter lies, read at the small dot. Filtered models are those of ${sizeLabel(results, size)} parameters. ${baselineMarks(results)}`,
  beware: "anything beyond the ends of the curve: nothing was measured there, and no number is read off there.",
})}
${figure(results, curvesFigure, {
  title: "Training",
  key: armLegend(results),
  see: "whether each run went on learning to its end. Lines: training loss, one per seed; markers: validation loss, where it was taken.",
  beware: "that a lower line is a better model: each arm averages over the targets it trains on, and these differ.",
})}
</section>`;
}

/** What bars, arrows, dashes and hollow markers are; only what these points are drawn with. */
export function marksExplained(results: Results, points: readonly Bounded[]): string {
  const hasBound = points.some(({ value, atLeast, atMost }) => value === null && (atLeast ?? atMost) !== null);
  return [
    "Bars: 95 % intervals over test documents and training noise.",
    ...(hasBound ? ["Arrows: only a bound is known, it lies further that way."] : []),
    ...(controlArms(results).length > 0 ? ["Dashed lines, hollow markers: controls."] : []),
  ].join(" ");
}

/** The same for the baseline's figure. */
function baselineMarks(results: Results): string {
  const points = baselineCurvePoints(results);
  return [
    "Filled circles are the baselines of the ladder.",
    ...(points.some(({ isLadder }) => isLadder === false)
      ? ["Hollow circles are baselines trained shorter or longer."]
      : []),
    ...(points.some(({ isBound }) => isBound)
      ? ["Where the curve has ended, an arrow leads on instead of a dot."]
      : []),
    ...(Object.keys(results.unigram).length > 0
      ? ["The dotted level across is the loss of a table of token frequencies: a model at it learned nothing."]
      : []),
  ].join(" ");
}

/** The panels on the classifier whose scores the arms use. Null where no token was graded. */
export function classifierFigure(results: Results): Html | null {
  const panels = classifierPanels(results);
  if (panels.length === 0) return null;
  return html`<figure><h3>The classifier whose scores were used</h3><div class="panels">
${panels.map((panel) => html`<div><h4>${panel.title}</h4>${drawing(panel.svg)}<p>${panel.note}</p></div>`)}
</div><figcaption><strong>See</strong> how many of the tokens to forget are found, at the price of how many others, at natural prevalence. <strong>Do not conclude</strong> that a score is a probability where the dots leave the diagonal.</figcaption></figure>`;
}

/** The arms of a study with how they are drawn. */
function armLegend(results: Results): Html {
  const items = results.arms.map((arm) => html`<li>${drawing(armKey(arm))}${armName(results, arm.name)}</li>`);
  return html`<ul class="legend">${items}</ul>`;
}

/** Arms by colour alone. */
export function legend({ arms }: { arms: readonly ShownArm[] }): Html {
  return html`<ul class="legend">${arms.map((arm) => html`<li><i style="background: ${armColour(arm)}"></i>${arm.name}</li>`)}</ul>`;
}
