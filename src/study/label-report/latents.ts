/** @file Latents: those kept, those nearly kept, those not known, each with what it fires on and what was said of it. */
import { grouped } from "../../base/errors.js";
import type { FolderReport, LabelReport, LatentLine, LatentStatus } from "../../label/index.js";
import { percent, significant } from "../format.js";
import { type Html, html } from "../report/html.js";
import { table } from "../report/table.js";
import { shortName } from "./names.js";

/** Contexts shown of a latent, and characters on either side of its token. */
const CONTEXTS = 6;
const CHARACTERS = 70;

const KINDS: Record<LatentStatus, string> = {
  kept: "kept, drawn at random",
  rejected: "rejected, the nearest to being kept",
  unknown: "unknown, drawn at random: not used, and not counted as no",
};

export function latentsSection(report: LabelReport): Html {
  return html`${report.folders.map((folder) => {
    const { latents } = folder;
    if (!latents) return null;
    const kinds = Object.entries(KINDS) as [LatentStatus, string][];
    return html`<section>
<h2>Latents${report.folders.length > 1 ? ` of ${shortName(report, folder.name)}` : null}</h2>
${kinds.map(([status, title]) => {
  const shown = latents.shown[status];
  const all = latents.all.filter((latent) => latent.status === status).length;
  if (shown.length === 0) return null;
  return html`<h3>${shown.length} of ${grouped(all)} ${title}</h3>
<div class="latents">${shown.map(card)}</div>`;
})}
${keptTable(folder)}
</section>`;
  })}`;
}

function card({ latent, status, confidence, reason, explanation, score, frequency, contexts }: LatentLine): Html {
  const strongest = Math.max(...contexts.map(({ activation }) => activation), Number.MIN_VALUE);
  const facts = [
    `confidence ${confidence.toFixed(2)}`,
    ...(score === undefined ? [] : [`score ${score.toFixed(2)}`]),
    `on ${percent(frequency)} of tokens`,
  ];
  return html`<div class="latent ${status}"><h4><span>latent ${latent}</span><small>${facts.join(" · ")}</small></h4>
<p class="says">${explanation ? html`<strong>${explanation}</strong> ` : null}<span class="muted">${reason}</span></p>
<ul>${chosen(contexts).map(({ before, token, after, activation }) => {
    const share = Math.round((100 * activation) / strongest);
    return html`<li>${shortened(before, -CHARACTERS)}<b style="--s: ${share}">${token}</b>${shortened(after, CHARACTERS)}</li>`;
  })}</ul></div>
`;
}

/** The strongest, and others spread evenly over the rest. */
function chosen<T>(contexts: readonly T[]): T[] {
  if (contexts.length <= CONTEXTS) return [...contexts];
  const half = CONTEXTS / 2;
  const step = (contexts.length - half) / half;
  return [
    ...contexts.slice(0, half),
    ...Array.from({ length: half }, (_, index) => contexts[Math.floor(half + index * step)]),
  ];
}

/** At most so many characters of the start, or with a negative number of the end; never half a character. */
function shortened(text: string, characters: number): string {
  const all = [...text];
  if (all.length <= Math.abs(characters)) return text;
  return characters < 0 ? `…${all.slice(characters).join("")}` : `${all.slice(0, characters).join("")}…`;
}

/** Every kept latent in one line, the most used first. */
function keptTable({ latents, uses }: FolderReport): Html | null {
  const byLatent = new Map(uses.map((use) => [use.latent, use]));
  const kept = (latents?.all ?? []).filter(({ status }) => status === "kept");
  if (kept.length === 0) return null;
  const used = kept.map((latent) => ({ ...latent, use: byLatent.get(latent.latent) }));
  used.sort((a, b) => (b.use?.tokens ?? 0) - (a.use?.tokens ?? 0) || a.latent - b.latent);
  const hasUse = uses.length > 0;
  const rows = used.map(({ latent, confidence, frequency, explanation, reason, use }) => ({
    cells: [
      String(latent),
      html`<span class="words">${explanation ?? reason}</span>`,
      confidence.toFixed(2),
      percent(frequency),
      ...(hasUse
        ? [
            grouped(use?.spans ?? 0),
            grouped(use?.tokens ?? 0),
            use && use.known > 0 ? `${significant((100 * use.truly) / use.known)} %` : "–",
          ]
        : []),
    ],
  }));
  const header = [
    ...["latent", "what it is about", "confidence", "active on"],
    ...(hasUse ? ["spans", "tokens in them", "truly forget"] : []),
  ];
  const caption =
    "Kept latents, those with most labelled tokens first. A span counts for every latent that fired in it; a latent with many tokens and little truth is the first to look at.";
  return html`<details><summary>All ${grouped(kept.length)} kept latents</summary>${table(caption, header, rows, 2)}</details>`;
}
