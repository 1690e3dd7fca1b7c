/** @file Passages with their labels, and the truth where there is one. */
import { type LabelReport, type ShownPassage, UNKNOWN_LABEL } from "../../label/index.js";
import { type Html, html } from "../report/html.js";
import { shortName } from "./names.js";

/** Random and borderline passages of every folder. */
export function passagesSections(report: LabelReport): Html {
  const forget = new Set(report.forget);
  const hasTruth = report.folders.some(({ truth }) => truth.some(({ truth: name }) => name !== "glossary terms"));
  return html`<section id="passages">
<h2>What it looks like in the text</h2>
<ul class="legend">
<li><span class="t f">line above</span>: labelled forget</li>
<li><span class="t u">hatched</span>: unknown</li>
${hasTruth ? html`<li><span class="t k">line below</span>: ${report.forget.join(", ")} by the corpus' own domains</li>` : null}
</ul>
<h3>Drawn at random</h3>
${randomBlocks(report, forget)}
${report.folders.map(
  (folder) => html`<h3>Least sure in ${shortName(report, folder.name)}</h3>
${folder.passages.borderline.map((one) => block([{ by: null, passage: one }], forget))}`,
)}
</section>`;
}

interface Labelled {
  /** Whose labels, where there are several. */
  by: string | null;
  passage: ShownPassage;
}

const textOf = ({ tokens }: ShownPassage) => tokens.map(({ text }) => text).join("");

/** Folders of the same documents draw the same passages: those are shown as one, labelled by each. */
function randomBlocks(report: LabelReport, forget: ReadonlySet<string>): Html[] {
  const groups = new Map<string, Labelled[]>();
  for (const folder of report.folders)
    for (const passage of folder.passages.random) {
      const key = JSON.stringify([passage.split, passage.id, textOf(passage)]);
      const by = report.folders.length > 1 ? shortName(report, folder.name) : null;
      groups.set(key, [...(groups.get(key) ?? []), { by, passage }]);
    }
  return [...groups.values()].map((group) => block(group, forget));
}

function block(labelled: readonly Labelled[], forget: ReadonlySet<string>): Html {
  const [{ passage }] = labelled;
  const { source, id, split, note } = passage;
  return html`<div class="passage">${labelled.map(
    ({ by, passage }) =>
      html`<p class="text">${by === null ? null : html`<span class="by">${by}</span>`}${spansOf(passage, forget)}</p>`,
  )}
<p class="source">${source} · ${id} · ${split} split · ${note}</p></div>
`;
}

function spansOf({ tokens, isStart, isEnd }: ShownPassage, forget: ReadonlySet<string>): (Html | string)[] {
  const spans = tokens.map(({ text, label, truth }) => {
    const isTruly = truth !== null && forget.has(truth);
    const classes = ["t", ...(label === 1 ? ["f"] : label === UNKNOWN_LABEL ? ["u"] : []), ...(isTruly ? ["k"] : [])];
    return classes.length === 1 ? text : html`<span class="${classes.join(" ")}">${text}</span>`;
  });
  return [isStart ? "" : "…", ...spans, isEnd ? "" : "…"];
}
