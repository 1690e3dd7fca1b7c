/** @file The page's numbers: head, rates by source, truth, agreement, how it was made, what it does not show. */
import { grouped } from "../../base/errors.js";
import type { Agreement, FolderReport, LabelReport, RateRow, TruthTable } from "../../label/index.js";
import { compactCount, percent } from "../format.js";
import { type Html, html } from "../report/html.js";
import { table } from "../report/table.js";
import { gradeCells, judgeOf, shortName, three } from "./names.js";

const shareOf = (part: number, whole: number) => (whole > 0 ? part / whole : null);

export function head(report: LabelReport): Html {
  return html`<header>
<p class="kicker">Lacuna labels · ${report.domain}</p>
<h1>How far these labels can be trusted</h1>
<p class="lede">${leadOf(report).replaceAll(" %", "\u00a0%")}</p>
<dl class="cards">${cards(report).map(
    ({ label, value, note }) =>
      html`<div class="card"><dt>${label}</dt><dd><span class="value">${value}</span><span class="note">${note}</span></dd></div>`,
  )}</dl>
</header>`;
}

/** What the first folder's labels are and how good, in two sentences. */
function leadOf(report: LabelReport): string {
  const [first] = report.folders;
  const [all] = first.rates;
  const labelled = percent(shareOf(all.forgetTokens, all.tokens - all.unknownTokens));
  const what = `${capitalised(judgeOf(first))} label ${labelled} of ${compactCount(all.tokens)} tokens as ${report.domain}.`;
  const graded = first.truth.at(0);
  if (!graded) return `${what} There is no truth to grade them by: read the passages.`;
  const { precision, recall } = gradeShown(graded).grade;
  return (
    `${what} By ${graded.truth}, ${percent(precision)} of what they label is ${report.forget.join(" or ")}, ` +
    `and they find ${percent(recall)} of it.`
  );
}

const capitalised = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The test split's row, or everything where nothing of it is labelled. */
function gradeShown({ rows }: TruthTable): TruthTable["rows"][number] {
  return rows.find(({ name, kind }) => kind === "split" && name === "test") ?? rows[0];
}

function cards(report: LabelReport): { label: string; value: string; note: string }[] {
  const [first] = report.folders;
  const [all] = first.rates;
  const rate = {
    label: "tokens labelled forget",
    value: percent(shareOf(all.forgetTokens, all.tokens - all.unknownTokens)),
    note: `${compactCount(all.tokens)} tokens of ${grouped(all.documents)} documents; ${percent(shareOf(all.unknownTokens, all.tokens))} unknown`,
  };
  const truths = first.truth.map((graded) => {
    const { name, kind, grade } = gradeShown(graded);
    const note = `precision ${three(grade.precision)}, recall ${three(grade.recall)}${kind === "split" ? `, ${name} split` : ""}`;
    return { label: `F1 against ${graded.truth}`, value: three(grade.f1), note };
  });
  const statuses = first.latents?.all.map(({ status }) => status);
  const count = (wanted: string) => grouped(statuses?.filter((status) => status === wanted).length ?? 0);
  const latents = statuses && {
    label: "latents kept",
    value: count("kept"),
    note: `${count("rejected")} rejected, ${count("unknown")} unknown of ${grouped(statuses.length)}`,
  };
  const [pair] = report.pairs;
  const kappa = pair && {
    label: `Cohen's kappa with ${shortName(report, pair.second)}`,
    value: three(pair.tokens.kappa),
    note: "tokens; 1 is full agreement, 0 what chance gives",
  };
  return [rate, ...truths, ...(latents ? [latents] : []), ...(kappa ? [kappa] : [])];
}

/** A share with a bar beside it. */
function withBar(share: number | null): Html {
  return html`${percent(share)}<span class="bar"><i style="--s: ${(100 * (share ?? 0)).toFixed(1)}"></i></span>`;
}

export function ratesSection(report: LabelReport): Html {
  const header = ["labels", "source", "documents", "forget documents", "tokens", "unknown", "tokens labelled forget"];
  const rows = report.folders.flatMap((folder) =>
    // With one source, that is all there is.
    (folder.rates.length === 2 ? folder.rates.slice(1) : folder.rates).map((row, index) => ({
      first: index === 0,
      cells: [index === 0 ? folderCell(report, folder) : "", ...rateCells(row)],
    })),
  );
  return html`<section id="rates">
<h2>What is labelled</h2>
<p>A source far from what you expect is the first place to read.</p>
${table("By source. Shares are of what is known.", header, rows, 2)}
</section>`;
}

function folderCell(report: LabelReport, folder: FolderReport): Html {
  return html`<span class="folder">${shortName(report, folder.name)}</span>`;
}

function rateCells(row: RateRow): (string | Html)[] {
  return [
    row.source,
    grouped(row.documents),
    percent(shareOf(row.forgetDocuments, row.documents - row.unknownDocuments)),
    compactCount(row.tokens),
    percent(shareOf(row.unknownTokens, row.tokens)),
    withBar(shareOf(row.forgetTokens, row.tokens - row.unknownTokens)),
  ];
}

const TRUTHS: Record<string, string> = {
  "the corpus' domains":
    "the domain the corpus states for each token: WordNet's own for the embedded text, the source's domain for texts of your own, where it is coarse (a medical text holds sentences about anything)",
  "glossary terms":
    "tokens of glossary terms alone: terms of the domain are to be labelled, terms of other domains are not; all other tokens are left out",
};

export function truthSection(report: LabelReport): Html | null {
  const truths = [...new Set(report.folders.flatMap((folder) => folder.truth.map(({ truth }) => truth)))];
  if (truths.length === 0) return null;
  return html`<section id="truth">
<h2>Against the truth, where there is one</h2>
<p>Nothing was chosen by it. Truly forget is: ${report.forget.join(", ")}. A source that is all forget has no precision, one without any no recall: read what is found in the first kind, and how little is labelled in the second.</p>
${truths.map((truth) => truthTable(report, truth))}
</section>`;
}

function truthTable(report: LabelReport, truth: string): Html {
  const header = ["labels", "of", "tokens with a truth", "truly forget", "labelled", "precision", "recall", "F1"];
  const rows = report.folders.flatMap((folder) =>
    (folder.truth.find((one) => one.truth === truth)?.rows ?? []).map(({ name, kind, grade }, index) => ({
      first: index === 0,
      cells: [
        index === 0 ? folderCell(report, folder) : "",
        kind === "split" ? `${name} split` : name,
        compactCount(grade.count),
        percent(grade.prevalence),
        percent(grade.labelled),
        ...gradeCells(grade),
      ],
    })),
  );
  return table(`Against ${truth}: ${TRUTHS[truth]}.`, header, rows, 2);
}

export function agreementSection(report: LabelReport): Html | null {
  if (report.pairs.length === 0) return null;
  return html`<section id="agreement">
<h2>Where judges agree</h2>
<p>On the documents both labelled. What one of them does not know is left out of table and kappa, and counted. Agreement is not truth: two judges that read the same words make the same mistakes.</p>
${report.pairs.map((pair) => {
  const [first, second] = [pair.first, pair.second].map((path) => shortName(report, path));
  const parts = Object.entries({
    tokens: pair.tokens,
    sentences: pair.sentences,
    documents: pair.documents,
    latents: pair.latents,
  });
  return html`<h3>${first} and ${second}</h3><div class="pair">${parts.map(([what, agreement]) =>
    agreement ? agreementBlock(what, agreement, first, second) : null,
  )}</div>`;
})}
</section>`;
}

function agreementBlock(what: string, agreement: Agreement, first: string, second: string): Html {
  const { both, first: onlyFirst, second: onlySecond, neither, unknown, kappa } = agreement;
  const number = (count: number) => html`<td class="number">${grouped(count)}</td>`;
  return html`<div><h4>${what}</h4><span class="kappa">${three(kappa)}</span> <span class="muted">kappa</span>
<table><thead><tr><th></th><th class="number">${second}: forget</th><th class="number">retain</th></tr></thead>
<tbody><tr><td>${first}: forget</td>${number(both)}${number(onlyFirst)}</tr>
<tr><td>${first}: retain</td>${number(onlySecond)}${number(neither)}</tr></tbody></table>
<p class="note">${grouped(unknown)} unknown to one or both</p></div>`;
}

export function madeSection(report: LabelReport): Html {
  return html`<section id="made"><h2>How they were made</h2>
${report.folders.map(
  (folder) => html`<h3>${shortName(report, folder.name)}</h3>
<dl class="made">${Object.entries(madeOf(folder)).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`,
)}
</section>`;
}

function madeOf(folder: FolderReport): Record<string, string> {
  const { options, result } = folder;
  const read = result.read as { sae: string; hook: string; beginOfText: number | null } | undefined;
  const cost = result.cost as { dollars: number; answers?: number } | undefined;
  const causes = Object.entries((result.causes ?? {}) as Record<string, number>).filter(([, count]) => count > 0);
  const isRule = options.sd !== undefined;
  return {
    judge: judgeOf(folder),
    ...(read
      ? { read: `${read.hook}, ${read.sae} autoencoder${read.beginOfText === null ? "" : ", BOS on every window"}` }
      : {}),
    ...(isRule
      ? {
          rule: `seeds where ${options.minStrong} kept latents are ${options.sd} SD above their mean${options.grow ? `, grown while ${options.minWeak} fires` : ", not grown"}`,
        }
      : {}),
    ...(causes.length > 0 ? { unknown: causes.map(([cause, count]) => `${cause} ${grouped(count)}`).join(", ") } : {}),
    ...(cost ? { cost: `$${cost.dollars.toFixed(4)}` } : {}),
    tokens: String(options.tokens),
    made: `${folder.package}, ${Math.round(folder.seconds)} s`,
    folder: folder.name,
  };
}

export function caveatsSection({ folders }: LabelReport): Html {
  const caveats = [
    "Passages and kept latents are drawn by a seed, not picked; borderline passages and rejected latents are those nearest to the line.",
    "A latent's contexts are half its strongest, half drawn from all its firings: strong contexts alone flatter it.",
    ...(folders.some(({ truth }) => truth.some(({ truth: name }) => name === "glossary terms"))
      ? ["Glossary terms are found by their words: a term in an everyday sense counts as the term."]
      : []),
    "Reference statistics and labels come from the same documents of the train split; validation and test documents were not in them.",
  ];
  return html`<section id="limits"><h2>What this does not show</h2><ul>${caveats.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}
