/**
 * @file classifier.html: what was made, how good it is, what to do next; then the numbers, then passages to judge.
 *
 * Stands alone: no script, no request. Passages, ids and names are corpus text, and hostile like it; all of it goes through
 * `html`, which escapes.
 */
import { grouped } from "../../base/errors.js";
import { PACKAGE } from "../../base/package.js";
import { compactCount, percent, significant } from "../format.js";
import { type Html, html } from "../report/html.js";
import { page } from "../report/page.js";
import { passagesSection } from "./passages.js";
import type { NewClassifierQuality } from "./quality.js";
import type { QualityFile } from "./quality-file.js";
import { STYLES } from "./styles.js";
import { domainsSection, gradesSection, limitsSection, sourcesSection, thresholdsSection } from "./tables.js";
import { adviceOf, verdictSentence, withInterval } from "./verdict.js";

export const shareOf = (part: number, whole: number) => (whole > 0 ? part / whole : null);

/** The next three commands, for a reader who has this page and not our terminal. */
const NEXT = [
  "npx lacuna score <your text> --classifier <this folder>/classifier --out <scored>",
  "npx lacuna filter <scored> --method mask --rule prevalence --out <policy>",
  "npx lacuna export <policy> --to huggingface --out <export>",
];

/** Renders the whole page. @param lexicon - terms to mark in the passages; undefined: the page shows no text */
export function renderNewClassifier(
  { quality, drawn }: NewClassifierQuality,
  lexicon: readonly string[] | undefined,
): string {
  const body = html`${head(quality)}
<main>
${gradesSection(quality)}
${sourcesSection(quality)}
${domainsSection(quality)}
${thresholdsSection(quality)}
${lexicon ? passagesSection(quality, drawn, lexicon) : html`<section id="passages"><h2>Judge for yourself</h2><p>Made with --no-text, so no passage is shown; quality.json names ${drawn.length} by document and bytes.</p></section>`}
${limitsSection(quality)}
</main>
<footer>Made by Lacuna ${PACKAGE.version} with npx lacuna classifier new. The numbers are in quality.json beside this page, without any text.</footer>`;
  return page({
    title: `Lacuna: a classifier of ${quality.domain}`,
    version: PACKAGE.version,
    styles: STYLES,
    body,
  });
}

/** What was made, in a sentence. */
export function madeSentence({ domain, documents, trainTokens, terms, all }: QualityFile): string {
  const held = documents.validation + documents.test;
  return (
    `A classifier of ${domain}, from ${grouped(terms)} ${terms === 1 ? "term" : "terms"} and the words that keep them company in ${grouped(documents.train)} documents (${compactCount(trainTokens)} tokens). ` +
    `At its own threshold it takes ${percent(shareOf(all.takenTokens, all.tokens))} of the tokens of ${grouped(held)} other documents.`
  );
}

function head(quality: QualityFile): Html {
  const isUsable = quality.verdict.word === "good" || quality.verdict.word === "fair";
  return html`<header>
<p class="kicker">Lacuna classifier · ${quality.domain}</p>
<h1>How good this classifier of ${quality.domain} is</h1>
<p class="lede">${madeSentence(quality)}</p>
<p class="lede ${quality.verdict.word}">${verdictSentence(quality)}</p>
<h2 class="next">What to do next</h2>
<ul>${adviceOf(quality).map((one) => html`<li>${one}</li>`)}</ul>
${isUsable ? html`<pre>${NEXT.join("\n")}</pre>` : null}
<dl class="cards">${cards(quality).map(
    ({ label, value, note }) =>
      html`<div class="card"><dt>${label}</dt><dd><span class="value">${value}</span><span class="note">${note}</span></dd></div>`,
  )}</dl>
</header>`;
}

function cards({ verdict, all, sources, hand }: QualityFile): { label: string; value: string; note: string }[] {
  const taken = sources.map(({ takenTokens, tokens }) => 100 * (shareOf(takenTokens, tokens) ?? 0));
  const quality = hand
    ? {
        label: "F1 against labels by hand",
        value: withInterval(hand.classifier.f1).split(" ")[0],
        note: `${withInterval(hand.classifier.f1)}, ${grouped(hand.documents)} documents that were not fitted on`,
      }
    : {
        label: "AUROC on the other half of the lexicon",
        value: withInterval(verdict.auroc).split(" ")[0],
        note: verdict.auroc.value === null ? "not measured" : `${withInterval(verdict.auroc)}; 0.5 is chance`,
      };
  return [
    quality,
    {
      label: "tokens taken at its threshold",
      value: percent(shareOf(all.takenTokens, all.tokens)),
      note: `the lexicon's own sentences are ${percent(shareOf(all.lexiconTokens, all.tokens))}`,
    },
    {
      label: "least and most taken of a source",
      value: `${significant(Math.min(...taken))}–${significant(Math.max(...taken))} %`,
      note: `${grouped(sources.length)} ${sources.length === 1 ? "source" : "sources"}`,
    },
  ];
}
