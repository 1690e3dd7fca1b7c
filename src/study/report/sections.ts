/** @file The report's words: head, key figures, findings, how it was made, limits. */
import { filteringArms, slowdownOf } from "../cells.js";
import { armColour } from "../figures/index.js";
import { interval, parameterLabel, percent, times } from "../format.js";
import type { Results } from "../results.js";
import { type Html, html } from "./html.js";

export function head(results: Results): Html {
  const { domain, config, corpus, synthetic, sentence } = results;
  return html`<header>
${synthetic ? html`<p class="synthetic">Synthetic numbers: this page was made to test the report. Nothing in it was measured.</p>` : null}
<p class="kicker">Lacuna study · ${domain} · ${config.budget} budget · ${corpus.name}</p>
<h1>What filtering ${domain} did to what the models know</h1>
<p class="lede">${sentence}</p>
${keyFigures(results)}
</header>`;
}

interface Card {
  label: string;
  value: string;
  note: string;
  colour?: string;
}

function keyFigures(results: Results): Html {
  const { findings, sizes, labels, classifier, arms } = results;
  const largest = sizes.at(-1)!;
  const at = parameterLabel(largest.parameters);
  const slowdowns = filteringArms(results).map((arm): Card => {
    const of = (measure: string | null) => (measure ? slowdownOf(results, largest.name, arm.name, measure) : undefined);
    const [forget, kept] = [of(findings.forget), of(findings.retain)];
    return {
      label: `${arm.name}: slowdown on ${findings.forget ?? "all"} text`,
      value: `${times(forget?.value ?? null)}${forget?.extrapolated ? "*" : ""}`,
      note: [forget ? `${interval(forget)} at ${at}` : "", kept ? `kept text ${times(kept.value)}` : ""]
        .filter(Boolean)
        .join(" · "),
      colour: armColour(arm),
    };
  });
  const graded = labels?.evaluations.findLast((evaluation) => evaluation.f1 !== null);
  const scored =
    classifier?.evaluations.find((e) => e.split === "test" && e.level === "token" && e.against === "truth") ??
    classifier?.evaluations.find((e) => e.split === "test" && e.level === "token");
  const share = arms.find((arm) => arm.method === "mask" || arm.method === "remove")?.filteredShare.train ?? null;
  const three = (value: number | null | undefined) => value?.toFixed(3) ?? "–";
  const quality: Card[] = [
    ...(scored
      ? [
          {
            label: "classifier AUROC, tokens",
            value: three(scored.auroc),
            note: `F1 ${three(scored.f1)}, test, against ${scored.against}`,
          },
        ]
      : []),
    ...(graded
      ? [
          {
            label: "labels F1 against truth",
            value: three(graded.f1),
            note: `precision ${three(graded.precision)}, recall ${three(graded.recall)}`,
          },
        ]
      : []),
    ...(share === null
      ? []
      : [{ label: "training tokens filtered", value: percent(share), note: "by the token arms" }]),
  ];
  const card = ({ label, value, note, colour }: Card) =>
    html`<div class="card"${colour ? html` style="border-color: ${colour}"` : null}><dt>${label}</dt><dd><span class="value">${value}</span><span class="note">${note}</span></dd></div>`;
  return html`<dl class="cards">${[...slowdowns, ...quality].map(card)}</dl>`;
}

export function findingsSection({ findings }: Results): Html | null {
  if (findings.statements.length === 0) return null;
  return html`<section id="findings"><h2>What was found</h2>
<p>Yes or no only where the whole 95 % interval says so. The questions are the same for every study.</p>
<ul class="findings">${findings.statements.map(
    ({ claim, holds, detail }) =>
      html`<li><span class="verdict ${holds}">${holds}</span><span>${claim}.</span><span class="detail">${detail}</span></li>`,
  )}</ul></section>`;
}

/** Config as short text: "width 64, layers 2". */
function described(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return value.map(described).join("; ");
  const fields = Object.entries(value).map(([name, inner]) => `${name} ${described(inner)}`);
  return fields.length > 0 ? fields.join(", ") : "defaults";
}

export function madeSection({ config, commands, lacuna }: Results): Html {
  const entries = Object.entries(config);
  return html`<section id="made"><h2>How it was made</h2>
<pre>${commands.join("\n")}</pre>
<dl class="made"><dt>lacuna</dt><dd>${lacuna}</dd>${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${described(value)}</dd>`)}</dl>
<p>Labels come from latents of a sparse autoencoder, grown over neighbouring tokens; a logistic probe on the states of two language models, one reading forwards and one backwards, learns them; its scores decide. <em>Mask</em> drops the loss of tokens to forget, <em>remove</em> also hides them from the input, <em>document</em> leaves out whole documents. Held-out loss is measured on raw text, per truth domain, on packed windows as in training. The same command on the same text makes the same results.json, byte for byte.</p></section>`;
}

export function limitsSection({ caveats }: Results): Html {
  return html`<section id="limits"><h2>Limits</h2><ul>${caveats.map((caveat) => html`<li>${caveat}</li>`)}
<li>Models this small know words, not medicine: loss on held-out text is all that is measured here, no question answering and no attack that tries to bring the knowledge back.</li></ul></section>`;
}
