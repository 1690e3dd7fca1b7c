/** @file Forty passages to judge: the sentence in its surroundings, the lexicon's words marked. */
import { grouped } from "../../base/errors.js";
import { compileLexicon } from "../../label/index.js";
import { type Html, html } from "../report/html.js";
import { BANDS, type QualityFile } from "./quality-file.js";
import { type Drawn, FEWEST_WORDS } from "./sentences.js";

/** Characters shown on either side of the sentence. */
const AROUND = 160;

const TITLES: Record<(typeof BANDS)[number], string> = {
  high: "High: the surest of what is taken",
  above: "Just above the threshold: taken, barely",
  below: "Just below the threshold: kept, barely",
  low: "Low: the surest of what is kept",
};

export function passagesSection(
  { threshold, domain }: QualityFile,
  drawn: readonly Drawn[],
  lexicon: readonly string[],
): Html {
  const fires = compileLexicon(lexicon);
  return html`<section id="passages">
<h2>Judge for yourself</h2>
<p>${grouped(drawn.length)} sentences, drawn and not picked, from documents that were not fitted on. Ask of each: is it ${domain}? In the first two groups it should be, in the last two it should not. A sentence's score is the mean of its tokens'; sentences of fewer than ${FEWEST_WORDS} words are left out. The threshold is ${threshold.toFixed(2)}.</p>
<ul class="legend"><li><mark>marked</mark>: a term of the lexicon</li><li><span class="around">grey</span>: the text around</li></ul>
${BANDS.map((band) => {
  const own = drawn.filter((one) => one.band === band);
  return html`<h3>${TITLES[band]}</h3>
${own.length === 0 ? html`<p class="muted">There is no such sentence.</p>` : own.map((one) => block(one, fires))}`;
})}
</section>`;
}

function block({ document, units, bytes, score }: Drawn, fires: (word: string) => string[]): Html {
  const { text, id, source, split } = document;
  const before = text.slice(Math.max(0, units.start - 2 * AROUND), units.start);
  const after = text.slice(units.end, units.end + 2 * AROUND);
  return html`<div class="passage"><p class="text"><span class="around">${lastOf(before)}</span>${marked(text.slice(units.start, units.end), fires)}<span class="around">${firstOf(after)}</span></p>
<p class="source">score ${score.toFixed(2)} · ${source} · ${id} · ${split} split · bytes ${grouped(bytes.start)} to ${grouped(bytes.end)}</p></div>
`;
}

/** Whole characters, never half a one. */
const lastOf = (text: string) => [...text].slice(-AROUND).join("");
const firstOf = (text: string) => [...text].slice(0, AROUND).join("");

/** The sentence, cut at its words, with those marked in which a term fires. */
function marked(sentence: string, fires: (word: string) => string[]): (Html | string)[] {
  return sentence
    .split(/(\p{L}+)/u)
    .map((part, index) => (index % 2 === 1 && fires(part).length > 0 ? html`<mark>${part}</mark>` : part));
}
