/** @file Real passages, token by token: what the classifier thinks, what filtering takes, what the truth is. */
import type { Passage, Results } from "../results.js";
import { type Html, html } from "./html.js";

/** A legend and the passages. Null when the study kept none. */
export function passagesSection({ passages, measures, domain }: Results): Html | null {
  if (passages.length === 0) return null;
  const forget = new Set(measures.filter(({ role }) => role === "forget").flatMap(({ domains }) => domains));
  return html`<section id="passages">
<h2>What is taken out, token by token</h2>
<p>Held-out passages as the classifier reads them. Where a line above has none below it, filtering takes a token it should have kept; where a line below has none above it, ${domain} slips through.</p>
<ul class="legend">
<li>score 0<span class="scale"></span>1</li>
<li><span class="t cut" style="--s: 60">line above</span>: score at or above the threshold, filtered</li>
<li><span class="t truth" style="--s: 0">line below</span>: ${domain} according to the held-out truth</li>
</ul>
${passages.map((passage) => passageBlock(passage, forget))}
</section>`;
}

function passageBlock({ id, source, split, threshold, tokens }: Passage, forget: ReadonlySet<string>): Html {
  const spans = tokens.map(({ text, score, truth }) => {
    const classes = [
      "t",
      ...(score >= threshold ? ["cut"] : []),
      ...(truth !== null && forget.has(truth) ? ["truth"] : []),
    ];
    const title = `score ${score.toFixed(2)}, truth ${truth ?? "unknown"}`;
    return html`<span class="${classes.join(" ")}" style="--s: ${Math.round(score * 100)}" title="${title}">${text}</span>`;
  });
  return html`<div class="passage"><p class="text">${spans}</p>
<p class="source">${source} · ${id} · ${split} split · threshold ${threshold.toFixed(2)}</p></div>
`;
}
