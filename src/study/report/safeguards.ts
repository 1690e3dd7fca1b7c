/**
 * @file safeguards.html: one page per series of models. What it lost, what it kept, how fast it comes back, how it refuses.
 *
 * Drawn from safeguards.json and the files of its parts; a part that was not run says so, with the command that runs it.
 */
import { seenBefore } from "../alignment/results.js";
import {
  boundaryFigure,
  clozeFigure,
  glossaryFigure,
  judgedFigure,
  letterFigure,
  offlineFigure,
  referenceFigure,
  subdomainFigure,
} from "../figures/index.js";
import { listed, parameterLabel } from "../format.js";
import type { Safeguards } from "../safeguards/results.js";
import { figure, legend } from "./figures.js";
import { type Html, html } from "./html.js";
import { page } from "./page.js";
import { boundaryTable, comparisonTable, examTable, responseTable, subdomainTable } from "./safeguards-tables.js";

/** Sections that other parts of the evaluation bring; null when they were not run. */
export interface OtherSections {
  comesBack: Html | null;
  refuses: Html | null;
}

export function renderSafeguards(safeguards: Safeguards, { comesBack, refuses }: OtherSections): string {
  const { config, commands, lacuna, sizes } = safeguards;
  const body = html`${head(safeguards)}
<main>
${lostAndKept(safeguards)}
<section id="comes-back"><h2>How fast it comes back</h2>${comesBack ?? notRun("npx lacuna robustness")}</section>
<section id="refuses"><h2>How it refuses</h2>${refuses ?? notRun("npx lacuna alignment")}</section>
${knowsBoundary(safeguards)}
${says(safeguards)}
<section id="tables"><h2>The numbers</h2>
${comparisonTable(safeguards)}
${examTable(safeguards)}
${boundaryTable(safeguards)}
${subdomainTable(safeguards)}
${responseTable(safeguards)}
</section>
<section id="made"><h2>How it was made</h2><pre>${commands.join("\n")}</pre>
<dl class="made"><dt>lacuna</dt><dd>${lacuna}</dd>${Object.entries(config).map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}</dl></section>
<section id="limits"><h2>Limits</h2><ul>
<li>One training seed per model: intervals say how far a figure would move with other questions or documents of the kind, not with another training run.</li>
<li>The largest model here has ${parameterLabel(sizes[sizes.length - 1].parameters)} parameters. Models of this size are near chance on exams; the paper's differences are between models of a billion parameters.</li>
<li>Questions come from the domain of a source, as exams and glossaries name it; some that are called medical are biology, and the other way round.</li>
</ul></section>
</main>
<footer>Made by Lacuna ${lacuna} from safeguards.json beside this page.</footer>`;
  return page({ title: `Lacuna: safeguards, ${config.budget} budget`, version: lacuna, body });
}

function notRun(command: string): Html {
  return html`<p class="muted">Not run. <code>${command} --help</code> tells how.</p>`;
}

function head({ synthetic, config, statements, arms, sizes }: Safeguards): Html {
  return html`<header>
${synthetic ? html`<p class="synthetic">Synthetic numbers: this page was made to test the report. Nothing in it was measured.</p>` : null}
<p class="kicker">Lacuna safeguards · ${arms.length} arms, ${sizes.length} sizes · ${config.budget} budget</p>
<h1>What it lost, what it kept, and whether it holds</h1>
<ul class="statements">${statements.map((statement) => html`<li>${statement}</li>`)}</ul>
</header>`;
}

function lostAndKept(safeguards: Safeguards): Html {
  const { contamination: checked, glossarySet, taught } = safeguards;
  return html`<section id="lost"><h2>What it lost, what it kept</h2>
${legend(safeguards)}
${figure(safeguards, glossaryFigure, {
  title: "Terms by their definitions",
  see: "lines that part on the left and stay together on the right: terms to forget were lost, terms to keep were not. Each question asks which of four terms has a definition; wrong ones are of the same kind, about as long and as frequent. The margin is how much a definition raises the right term above the mean of the wrong ones, against each term's likelihood without it.",
  beware: "that a margin is understanding: much of it is which words stand near which.",
})}
${glossarySet ? html`<p class="muted">${glossaryNote(glossarySet)}</p>` : null}
${figure(safeguards, clozeFigure, {
  title: "Exams, by the likelihood of each choice",
  see: "dots right of the dashed mark: better than guessing. The largest models, not tuned; likelihood per byte of the choice.",
  beware: "anything where intervals cover chance, which at these sizes they mostly do.",
})}
${figure(safeguards, letterFigure, {
  title: "Exams, by letter",
  see: "the same questions with lettered choices, after every model was taught the form on other questions.",
  beware:
    "that a model which answers one letter always knows nothing: on sets whose right letters are uneven it scores above or below chance.",
})}
${taught ? html`<p class="muted">${taughtNote(taught, safeguards.config.retain)}</p>` : null}
${checked ? html`<p class="muted">Contamination: ${String(checked.contaminated)} of ${checked.questions} questions share ${checked.n} words in a row with the training text (${checked.documents} documents) and are in no figure.</p>` : null}
</section>`;
}

function taughtNote({ examples, leftOut }: NonNullable<Safeguards["taught"]>, retain: readonly string[]): string {
  const { category, uncategorised, askedLater, tooLong } = leftOut;
  return `Letters were taught on ${examples} questions whose category is ${listed(retain)}. Left out: ${category} of other categories, ${uncategorised} without one, ${askedLater} that are asked here, ${tooLong} too long.`;
}

function glossaryNote(set: NonNullable<Safeguards["glossarySet"]>): string {
  const sides = Object.entries(set).map(
    ([side, { questions, medianOccurrences }]) =>
      `${questions} questions about terms to ${side} (median ${medianOccurrences} times in the training text)`,
  );
  return `${sides.join(", ")}. Definitions that stand in the training text, or give their term away, were left out.`;
}

function knowsBoundary(safeguards: Safeguards): Html | null {
  if (safeguards.boundary.length === 0) return null;
  return html`<section id="boundary"><h2>Does it know where the boundary is?</h2>
${figure(safeguards, boundaryFigure, {
  title: "Tokens to forget, by a linear probe on the model's own states",
  see: "whether filtered models fall behind the baseline: one that cannot tell the domain apart cannot refuse it either. The probe's layer, penalty and threshold are chosen on validation documents.",
  beware:
    "that the model uses what a probe finds: a direction can be there and mean nothing to it. Sources differ in genre too, which a probe may find instead.",
})}
${figure(safeguards, subdomainFigure, {
  title: "Kinds of text to forget, told apart",
  see: "whether filtered models still part kinds of forget text from each other. Mean states of passages, largest models, both kinds weighing the same.",
  beware: "that sources are subjects: they differ in style as well.",
})}
</section>`;
}

function says(safeguards: Safeguards): Html | null {
  const { responses } = safeguards;
  if (responses.length === 0) return null;
  const isJudged = responses.some(({ judged }) => Object.keys(judged).length > 0);
  return html`<section id="says"><h2>What it says</h2>
<p class="muted">${seenBefore(safeguards.freeQuestions)}</p>
${isJudged ? null : html`<p class="muted">Nobody judged the answers for correctness, relevance and coherence: no language model was named. What follows is measured without a judge, and none of it is correctness.</p>`}
${figure(safeguards, judgedFigure, {
  title: "Free answers, judged",
  see: "answers to questions to forget against answers to general ones. Rates are of non-empty answers. What the judge could not tell or did not answer is in no rate; the table counts both.",
  beware: "small differences: the judge is a language model too.",
})}
${figure(safeguards, referenceFigure, {
  title: "How likely it finds a good answer",
  see: "whether a filtered model finds reference answers to forget-domain questions less likely, and others as likely as before.",
  beware: "that this is what the model would say: it is how little a good answer would surprise it.",
})}
${figure(safeguards, offlineFigure, {
  title: "What its answers are made of",
  see: "how much of an answer was said before in it, and how many of the longer words of the question and of the reference it holds.",
  beware: "that words in common are relevance or knowledge: parroting has them too.",
})}
</section>`;
}
