/** @file The page's tables: grades, rates by source and domain, what thresholds take, and what none of it shows. */
import { grouped } from "../../base/errors.js";
import { percent } from "../format.js";
import { type Html, html } from "../report/html.js";
import { type Row, table } from "../report/table.js";
import type { Graded, QualityFile, Rates } from "./quality-file.js";
import { withInterval } from "./verdict.js";

const shareOf = (part: number, whole: number) => percent(whole > 0 ? part / whole : null);

export function gradesSection({ hand, truth, halves, domain }: QualityFile): Html {
  return html`<section id="grades">
<h2>How good it is</h2>
${
  hand &&
  html`<h3>Against labels by hand</h3>
<p>Every document with a marked span was put into the test split before anything was fitted, whatever its id: none of them taught the classifier, chose its penalty or set its threshold.</p>
${gradeTable("By token, with 95 % intervals over documents.", hand)}`
}
${
  truth &&
  html`<h3>Against the corpus' own domains</h3>
<p>The texts say themselves what they are about, and the domain file says which of that is ${domain}. This chose nothing.</p>
${gradeTable("By token of held-out documents, with 95 % intervals over documents.", truth)}`
}
<h3>One half of the lexicon against the other</h3>
<p>The terms were dealt into two halves. A classifier that never saw any of them was fitted on the sentences of one half and asked for those of the other, by the words around alone, and the other way round: AUROC <strong>${withInterval(halves)}</strong>. ${
    halves.value === null
      ? "A half stands in too few sentences, so this could not be measured."
      : "Near 1 the terms keep one company. Near 0.5 they have nothing in common, or the text has nothing of them."
  }</p>
</section>`;
}

function gradeTable(caption: string, { classifier, lexicon, auroc, documents, tokens, prevalence }: Graded): Html {
  const header = ["", "precision", "recall", "F1", "AUROC"];
  const cells = ({ precision, recall, f1 }: Graded["classifier"]) =>
    [precision, recall, f1].map((one) => withInterval(one));
  const rows = [
    { cells: ["this classifier, at its threshold", ...cells(classifier), withInterval(auroc)] },
    { cells: ["sentences with a term, nothing else", ...cells(lexicon), "–"] },
  ];
  const of = `${grouped(tokens)} tokens of ${grouped(documents)} documents, ${percent(prevalence)} of them forget.`;
  return table(`${caption} ${of}`, header, rows);
}

const RATE_HEADER = ["documents", "tokens", "in the lexicon's sentences", "taken", "documents taken whole"];

function rateRow({ name, documents, tokens, lexiconTokens, takenTokens, takenDocuments }: Rates, label = name): Row {
  const counts = [grouped(documents), grouped(tokens), shareOf(lexiconTokens, tokens), shareOf(takenTokens, tokens)];
  return { cells: [label, ...counts, shareOf(takenDocuments, documents)] };
}

export function sourcesSection({ sources, all }: QualityFile): Html {
  const rows = [rateRow(all, "everything"), ...sources.map((part) => rateRow(part))];
  return html`<section id="sources">
<h2>What it takes, by source</h2>
<p>Of documents that were not fitted on. A source that is taken whole, or not at all, shows a classifier of genre: read its passages first.</p>
${table("Shares of tokens, and of documents at the threshold for documents.", ["source", ...RATE_HEADER], rows)}
</section>`;
}

export function domainsSection({ domains, domain }: QualityFile): Html | null {
  // One domain that grades nothing is the row of everything again.
  if (domains.length === 0 || (domains.length === 1 && !domains[0].isForget)) return null;
  const rows = domains.map((part) => rateRow(part, part.isForget ? `${part.name} (forget)` : part.name));
  const note = domains.some(({ isForget }) => isForget)
    ? ""
    : ` The domain file names none of them in "truth", so they grade nothing; a domain that is nearly all taken should be ${domain}.`;
  return html`<section id="domains">
<h2>What it takes, by the corpus' own domains</h2>
<p>The texts' own field says these.${note}</p>
${table("Of documents that were not fitted on.", ["domain", ...RATE_HEADER], rows)}
</section>`;
}

export function thresholdsSection({ thresholds }: QualityFile): Html {
  const rows = thresholds.map(({ threshold, rule, tokenShare, documentShare }) => ({
    cells: [
      threshold.toFixed(3),
      rule === null ? "" : html`<code>--rule ${rule}</code>`,
      percent(tokenShare),
      percent(documentShare),
    ],
  }));
  return html`<section id="thresholds">
<h2>What each threshold would take</h2>
<p>Scores are stored once, so a threshold costs nothing to change: <code>npx lacuna filter --threshold</code>, or <code>--share</code> for a share of the tokens.</p>
${table("Of held-out tokens.", ["threshold", "also", "taken by mask or remove", "taken with whole documents"], rows, 2)}
</section>`;
}

export function limitsSection({ warnings, domain }: QualityFile): Html {
  return html`<section id="limits">
<h2>What this does not show</h2>
<ul>
${warnings.map((warning) => html`<li>${warning}</li>`)}
<li>The classifier knows words and their pieces, not meanings: ${domain} said in words of its own, without any term's company, slips through.</li>
<li>Held-out documents come from the same files. On other text (<code>npx lacuna score</code> counts unfamiliar documents) it may be worse.</li>
<li>Labels by hand, where there are any, are as good as the hand. Intervals cover which documents were marked, not who marked them.</li>
</ul>
</section>`;
}
