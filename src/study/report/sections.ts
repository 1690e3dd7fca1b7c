/** @file The report's words below the first screen: what was found, what the controls say, how it was made, limits. */
import { isControl } from "../arms.js";
import { controlArms, statisticAt } from "../cells.js";
import { armKey } from "../figures/index.js";
import { boundedInterval, expOf, percent } from "../format.js";
import type { ArmFacts, Results } from "../results.js";
import { armExplained, armName, sizeLabel } from "../words.js";
import { drawing, type Html, html } from "./html.js";

export function findingsSection({ findings }: Results): Html | null {
  if (findings.statements.length === 0) return null;
  return html`<section id="findings"><h2>What was found</h2>
<p>The same questions are asked of every study. Yes or no only where the whole 95 % interval says so; partly where that holds for some of the arms or sizes named.</p>
<ul class="findings">${findings.statements.map(
    ({ claim, holds, detail }) =>
      html`<li><span class="verdict ${holds}">${holds}</span><span>${claim}.</span><span class="detail">${detail}</span></li>`,
  )}</ul></section>`;
}

const WHY = {
  classifier: "",
  truth: "What perfect labels would do.",
  random: "What any filter of this share and shape does. It should have a selectivity of 1.",
  "wrong-topic":
    "What the same machinery does where there is nothing of the topic: below 1 where the other topic is text to keep.",
} as const satisfies Record<ArmFacts["labels"], string>;

/** Every control with its selectivity, and how far ahead of it the arm of its method is. */
export function controlsSection(results: Results): Html | null {
  const controls = controlArms(results);
  if (controls.length === 0) return null;
  const items = controls.map((arm) => {
    const sizes = results.selectivity.filter((one) => one.arm === arm.name).map(({ size }) => size);
    const numbers = sizes.map((size) => {
      const own = `${boundedInterval(statisticAt(results.selectivity, size, arm.name)!)} at ${sizeLabel(results, size)}`;
      const ahead = results.findings.comparisons.find((one) => one.size === size && one.against === arm.name);
      if (!ahead) return own;
      return `${own} (${armName(results, ahead.arm)} over it: ${boundedInterval(expOf(ahead))})`;
    });
    const shown = numbers.length > 0 ? `Selectivity ${numbers.join("; ")}.` : "Not trained at any size.";
    return html`<li>${drawing(armKey(arm))}<b>${armName(results, arm.name)}</b>, ${armExplained(arm)}. ${WHY[arm.labels]} <span class="detail">${shown} Takes ${percent(arm.filteredShare.train ?? null)} of the training tokens.</span></li>`;
  });
  return html`<section id="controls"><h2>What the controls say</h2><ul class="controls">${items}</ul></section>`;
}

export function madeSection({ config, commands, lacuna, processor, routes, arms }: Results): Html {
  const [{ name: route }] = routes;
  const facts: [string, string][] = [
    ["lacuna", `${lacuna}, on ${processor}`],
    ["seed", String(config.seed)],
    ["vocabulary", config.vocabulary.toLocaleString("en-US")],
    [
      "training",
      `${config.tokensPerParameter} tokens per parameter, context ${config.context}, batch ${config.batch}, learning rate ${config.lr} at width ${config.baseWidth}`,
    ],
    ["labels and classifier", route],
  ];
  const controls = arms.some(isControl) ? " Controls go by other scores in the same way." : "";
  return html`<section id="made"><h2>How it was made</h2>
<pre>${commands.join("\n")}</pre>
<dl class="made">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<p>A classifier, taught by the labels, scores every training token; tokens with scores at or above the threshold are filtered.${controls} Held-out loss is measured on raw text, per domain. A slowdown is the compute a model was trained with over the compute at which the unfiltered baseline has the same loss, read off straight segments between baselines in log-log space; beyond them only a bound is given. Selectivity is the slowdown on what is to be forgotten over that on what is to be kept. The same command on the same text and processor makes the same results.json, byte for byte; it holds every setting.</p>
<pre>npx lacuna report --results results.json --out . --data   # every figure and table of this page as CSV</pre></section>`;
}

export function limitsSection({ caveats }: Results): Html {
  return html`<section id="limits"><h2>Limits</h2><ul>${caveats.map((caveat) => html`<li>${caveat}</li>`)}
<li>Models this small know words, not medicine: loss on held-out text is all that is measured here, no question answering and no attack that tries to bring the knowledge back.</li></ul></section>`;
}
