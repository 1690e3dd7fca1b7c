/** @file How good labels and classifiers are: one table, a row per route from text to scores. */
import { parameterLabel, scientific } from "../format.js";
import type { Estimate, Results, RouteFacts } from "../results.js";
import { classifierFigure } from "./figures.js";
import { type Html, html } from "./html.js";
import { type Row, table } from "./table.js";

export function qualitySection(results: Results): Html {
  return html`<section id="quality"><h2>How good the labels and the classifier are</h2>
${routeTable(results)}
${classifierFigure(results)}
</section>`;
}

const two = (value: number | null | undefined) => value?.toFixed(2) ?? "–";
const estimate = (of: Estimate | null | undefined): Html | string =>
  of?.value == null
    ? "–"
    : html`${two(of.value)} <small>${of.low === null ? "" : `[${two(of.low)}, ${two(of.high)}]`}</small>`;

/** Test split, tokens. */
function routeTable({ routes, domain }: Results): Html {
  const rows = routes.map((route, index): Row => {
    const { labels, classifier, sae, parameters, trainingFlops } = route;
    const graded = labels.evaluations.findLast(({ f1 }) => f1 !== null);
    const sparse = sae ? `${sae.kept} of ${sae.latents} latents, FVU ${two(sae.fvu)}, ${sae.dead} dead` : "–";
    return {
      cells: [
        html`<b>${route.name}</b>${index === 0 ? html` <small>used</small>` : null}`,
        `${two(graded?.precision)} / ${two(graded?.recall)} / ${two(graded?.f1)}`,
        estimate(tokensOf(route)?.auroc),
        estimate(tokensOf(route)?.f1),
        estimate(classifier.halves),
        sparse,
        parameters === null ? "–" : parameterLabel(parameters),
        trainingFlops === null ? "–" : scientific(trainingFlops),
      ],
    };
  });
  const against = routes.every((route) => tokensOf(route)?.against !== "labels")
    ? "the held-out truth"
    : "truth, or labels where none is known";
  const header = [
    "route",
    "labels: precision / recall / F1",
    "AUROC",
    "F1",
    "other half of the lexicon: AUROC",
    "sparse autoencoder",
    "parameters",
    "training FLOPs",
  ];
  const notes = routes.flatMap(({ name, labels, classifier }) => [
    html`<li><b>${name}</b>: ${labels.method}.</li>`,
    ...classifier.warnings.map((warning) => html`<li><b>${name}</b>: ${warning}</li>`),
  ]);
  return html`${table(
    `Tokens of the test split against ${against}: which are ${domain}. AUROC: how often a token to forget scores above one to keep; 0.5 is chance. Other half of the lexicon: on sentences of terms the classifier was not taught, those words blanked. [ ]: 95 % over documents. Parameters and FLOPs: of the models that read the text.`,
    header,
    rows,
  )}<ul class="muted">${notes}</ul>`;
}

function tokensOf({ classifier }: RouteFacts) {
  const tokens = classifier.evaluations.filter(({ split, level }) => split === "test" && level === "token");
  return tokens.find(({ against }) => against === "truth") ?? tokens[0];
}
