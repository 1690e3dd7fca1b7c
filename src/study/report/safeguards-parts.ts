/** @file Sections of safeguards.html that are drawn from the files of other commands. */
import { attackCurvesFigure, recoveryFigure } from "../figures/index.js";
import type { Robustness } from "../robustness/results.js";
import { figure } from "./figures.js";
import { type Html, html } from "./html.js";

/** From robustness.json: how much finetuning brings back what was lost (paper Figs 7 and 26). */
export function comesBackSection(robustness: Robustness): Html {
  const { statements, caveats } = robustness;
  return html`<ul>${statements.map((statement) => html`<li>${statement}</li>`)}</ul>
${figure(robustness, recoveryFigure, {
  title: "Finetuning until it is back",
  see: "which arm's line lies highest: that one needs most forget text before it knows what the unfiltered model of its size does. Everything is chosen in the attacker's favour. Hollow markers had not recovered when the attack gave up.",
  beware: "that an arm at the cap holds for ever: only that it held that long.",
})}
${figure(robustness, attackCurvesFigure, {
  title: "Loss on forget text during the attack",
  see: "how steeply each line falls towards the dashed loss of the unfiltered model. One line per order of the attacker's text.",
  beware: "from where a line starts: an unlearned model that starts highest may fall fastest.",
})}
<ul class="muted">${caveats.map((caveat) => html`<li>${caveat}</li>`)}</ul>`;
}
