/** @file The report's figures, each with what to see in it and what not to conclude from it. */
import {
  armColour,
  classifierPanels,
  curvesFigure,
  frontierFigure,
  type Layout,
  NARROW,
  type ShownArm,
  scalingFigure,
  slowdownFigure,
  WIDE,
} from "../figures/index.js";
import type { Results } from "../results.js";
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
  const forget = results.findings.forget ?? "the";
  const panels = classifierPanels(results);
  return html`<section id="figures">
<h2>The figures</h2>
${figure(results, slowdownFigure, {
  title: "What filtering cost, in compute",
  see: `how far each arm rises above 1× on ${forget} text, and whether it stays near 1× on the rest. The slowdown of a filtered model is the compute it was trained with over the compute at which the unfiltered baseline has the same loss. Bars are 95 % intervals over test documents; hollow markers are read off beyond the trained sizes; the baseline's own distance from 1× shows how well the line fits.`,
  beware:
    "that the line goes on: these are few and small models. The bars cover neither the noise of training nor the choice of curve.",
})}
${figure(results, frontierFigure, {
  title: "What was forgotten for what was kept",
  see: `which line lies higher: that arm knows less ${forget} text at the same loss on kept text. Each line joins one arm's sizes, the largest at its left end; up and to the left is better.`,
  beware:
    "from points alone that one size of one arm is better than one of another: compare whole lines. The table below gives the gap at equal kept loss with its interval.",
})}
${figure(results, scalingFigure, {
  title: "Where the slowdowns are read off",
  see: "the dotted spans: at equal loss, how far left of a filtered model the baseline's line lies. The line is a least-squares fit in log-log space, dashed where it is extended.",
  beware:
    "that a straight line is the truth: with an irreducible loss the baseline bends, and slowdowns read far outside its range are overstated.",
})}
${
  panels.length === 0
    ? null
    : html`<figure><h3>How good the classifier is</h3><div class="panels">
${panels.map((panel) => html`<div><h4>${panel.title}</h4>${drawing(panel.svg)}<p>${panel.note}</p></div>`)}
</div><figcaption><strong>See</strong> how many of the tokens to forget are found, at the price of how many others, at natural prevalence. <strong>Do not conclude</strong> that a score is a probability where the dots leave the diagonal.</figcaption></figure>`
}
${figure(results, curvesFigure, {
  title: "Training",
  key: legend(results),
  see: "whether each run went on learning to its end. Lines: training loss, mean of stretches of steps; markers: validation loss, where it was taken.",
  beware: "that a lower line is a better model: each arm averages over the targets it trains on, and these differ.",
})}
</section>`;
}

export function legend({ arms }: { arms: readonly ShownArm[] }): Html {
  return html`<ul class="legend">${arms.map((arm) => html`<li><i style="background: ${armColour(arm)}"></i>${arm.name}</li>`)}</ul>`;
}
