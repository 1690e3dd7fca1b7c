/** @file Sections of safeguards.html that are drawn from the files of other commands. */
import { type Alignment, judgedBy, type MeanRate, seenBefore } from "../alignment/results.js";
import { attackCurvesFigure, recoveryFigure, refusalFigure } from "../figures/index.js";
import { parameterLabel, percent } from "../format.js";
import type { Robustness } from "../robustness/results.js";
import { RECOVERY_COLUMNS, RECOVERY_NOTE, recoveryRows } from "../robustness/table.js";
import { figure } from "./figures.js";
import { type Html, html } from "./html.js";
import { table } from "./table.js";

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
  see: "how steeply each line falls towards the dashed loss of the unfiltered model. Every point is a finetuning of its own, its learning rate falling to zero over so many tokens; one line per order of the text; markers on the left edge: the loss before it; what a few steps at a high rate spoil lies above the frame.",
  beware: "from where a line starts: an unlearned model that starts highest may fall fastest.",
})}
${table(
  `Tokens of finetuning until the loss is back. ${RECOVERY_NOTE} ≥: had not recovered in some or all orders.`,
  RECOVERY_COLUMNS,
  recoveryRows(robustness).map((cells) => ({ first: cells[0] !== "", cells })),
  2,
)}
<ul class="muted">${caveats.map((caveat) => html`<li>${caveat}</li>`)}</ul>`;
}

const FORMS = { prose: "a sentence", token: "the token" } as const;

/** From alignment.json: what models refuse that were taught to (paper Figs 9 and 20). */
export function refusesSection(alignment: Alignment): Html {
  const { statements, caveats, cells, config, judge } = alignment;
  return html`<ul>${statements.map((statement) => html`<li>${statement}</li>`)}</ul>
${config.forms.map((form) =>
  figure(alignment, (from, layout) => refusalFigure(from, form, layout), {
    title: `Refusing by ${FORMS[form]}`,
    see: `how far an arm's two points are apart: high on the left is refusing what should be refused, low on the right is not refusing what should not. ${seenBefore(alignment.pretrainedOn)}`,
    beware:
      "that refusing shows knowledge: questions of the two kinds also differ in form, unless both come from one glossary.",
  }),
)}
${table(
  `Share refused, mean over seeds, with 95 % intervals over seeds and questions together. ${judgedBy(judge)} Empty responses and questions beyond the context are left out. Files of one name among both kinds hold questions of one form.`,
  ["form", "size", "arm", "questions", "forget", "general"],
  cells.flatMap(({ form, parameters, arm, rates }) => {
    const files = [...new Set([rates.forget, rates.general].flatMap(({ sources }) => Object.keys(sources)))];
    const lead = [form, parameterLabel(parameters), arm];
    return [
      { first: true, cells: [...lead, "all", withInterval(rates.forget), withInterval(rates.general)] },
      ...files.map((file) => ({
        cells: ["", "", "", file, withInterval(rates.forget.sources[file]), withInterval(rates.general.sources[file])],
      })),
    ];
  }),
  4,
)}
<ul class="muted">${caveats.map((caveat) => html`<li>${caveat}</li>`)}</ul>`;
}

function withInterval(rate: MeanRate | undefined): Html | string {
  if (!rate || rate.value === null) return "–";
  return html`${percent(rate.value)} <small>[${percent(rate.low)}, ${percent(rate.high)}]</small>`;
}
