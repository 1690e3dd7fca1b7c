/** @file report.html of a classifier report: one page that stands alone, in the look of a study's report. */
import { type Layout, NARROW, WIDE } from "../figures/index.js";
import { parameterLabel, percent, scientific } from "../format.js";
import { drawing, type Html, html } from "../report/html.js";
import { page } from "../report/page.js";
import { type Row, table } from "../report/table.js";
import {
  calibrationPanels,
  costFigure,
  intervalsFigure,
  learnedAsJudged,
  lineStyle,
  MIN_BIN_ROWS,
  precisionRecallPanels,
} from "./figures.js";
import { type Figure, GRANULARITIES, type Granularity, type Report, STANDARDS, type StandardName } from "./results.js";
import { backboneOf, between, COLUMNS, firstJudgement, LIMITS, rowsText, stepText, three, verdictOf } from "./words.js";

const MANY: Record<Granularity, string> = { token: "tokens", document: "documents" };
const HEADINGS: Record<Granularity, string> = { token: "Tokens", document: "Documents" };
const AGAINST: Record<StandardName, string> = { labels: "the labels", truth: "the held-out truth" };

/** Two panels to a row, and tables that open. */
const STYLES = `
.panels.two { grid-template-columns: repeat(2, 1fr); }
details { margin: 0 0 10px; } summary { cursor: pointer; color: var(--muted); }
@media (max-width: 720px) { .panels.two { grid-template-columns: 1fr; } }
`;

/** Renders the whole page. */
export function renderClassifiers(report: Report): string {
  const { domain, lacuna, classifiers } = report;
  const body = html`<header>
<p class="kicker">Lacuna classifiers · ${domain}</p>
<h1>How well ${domain} is found, and at what cost</h1>
<p class="lede">${classifiers.length} classifiers on the same test documents${lede(report)}.</p>
</header>
<main>
${stepsSection(report)}
${weakToStrongSection(report)}
<section id="figures"><h2>The figures</h2>
${GRANULARITIES.map((granularity) => intervals(report, granularity))}
${pair("Precision against recall", precisionRecallPanels(report), report, "At natural prevalence, against the labels; the grey line is chance", "how many of the rows to forget are found (right) at the price of how many others (down).")}
${pair("Calibration", calibrationPanels(report), report, `Bins of at least ${MIN_BIN_ROWS.token} tokens or ${MIN_BIN_ROWS.document} documents`, "on the grey diagonal a score of 0.3 is right 30 % of the time.")}
${cost(report)}
</section>
<section id="tables"><h2>The numbers</h2>
${GRANULARITIES.flatMap((granularity) => STANDARDS.map((against) => qualityTable(report, granularity, against)))}
${costTable(report)}
${sourceTables(report)}
</section>
<section id="made"><h2>How it was made</h2>
${report.command === null ? null : html`<pre>${report.command}</pre>`}
<p>Every classifier is a logistic probe on frozen states. Train documents fit it, validation documents choose its layer, penalty and threshold and calibrate it, test documents are read once. Intervals are 95 %, from ${report.resamples} draws of test documents with replacement (seed ${report.seed}), the same draws for all.</p></section>
<section id="limits"><h2>Limits</h2><ul>${LIMITS.map((limit) => html`<li>${limit}</li>`)}</ul></section>
</main>
<footer>Made by Lacuna ${lacuna} from classifiers.json beside this page, which holds every number above.</footer>`;
  return page({ title: `Lacuna: classifiers of ${domain}`, version: lacuna, styles: STYLES, body });
}

function lede(report: Report): string {
  const judgement = firstJudgement(report, "token", "labels");
  return judgement ? `: ${rowsText(judgement, "token")}` : "";
}

function stepsSection({ steps }: Report): Html | null {
  if (steps.length === 0) return null;
  const items = steps
    .filter(({ against }) => against === "labels")
    .map((step) => {
      const verdict = verdictOf(step.measures.averagePrecision);
      return html`<li><span class="verdict ${verdict}">${verdict}</span><span>${step.from} → ${step.to}: a better ranking of ${MANY[step.granularity]}?</span><span class="detail">${stepText(step)}</span></li>`;
    });
  return html`<section id="steps"><h2>Does each step help?</h2>
<p>Differences on the same documents, against the labels. Yes or no only where the whole 95 % interval of the difference in average precision says so.</p>
<ul class="findings">${items}</ul></section>`;
}

function weakToStrongSection(report: Report): Html | null {
  const { weakToStrong } = report;
  if (!weakToStrong) return null;
  const { weak, strong, student, recovery } = weakToStrong;
  const cell = (name: string, granularity: Granularity, measure: "accuracy" | "balancedAccuracy" | "f1" | "auroc") => {
    const classifier = report.classifiers.find((one) => one.name === name)!;
    const figure = classifier.probes[granularity].against.labels?.measures[measure];
    return html`${three(figure?.value)} <small>${figure ? between(figure) : ""}</small>`;
  };
  const measures = ["f1", "accuracy", "balancedAccuracy", "auroc"] as const;
  const rows = recovery.flatMap(({ granularity, recovered }): Row[] => [
    ...[weak, student, strong].map((name, index) => ({
      first: index === 0,
      cells: [
        index === 0 ? MANY[granularity] : "",
        name,
        ...measures.map((measure) => cell(name, granularity, measure)),
      ],
    })),
    {
      cells: ["", "gap recovered", ...measures.map((measure) => share(recovered[measure]))],
    },
  ]);
  return html`<section id="weak-to-strong"><h2>Weak to strong</h2>
<p>${weak} learned one half of the documents' labels and labelled the other half; ${student} learned from those labels, ${strong} from the true labels of the same documents. The gap recovered is 100 % where the student equals ${strong}, 0 % where it equals its teacher, and does not exist where ${strong} is no better than ${weak}.</p>
${table("On test documents, against the labels.", ["probe", "classifier", "F1", "accuracy", "balanced accuracy", "AUROC"], rows, 2)}</section>`;
}

function share(figure: Figure | undefined): Html {
  if (figure?.value == null) return html`–`;
  const { value, low, high } = figure;
  const text = (part: number) => `${Math.round(100 * part)} %`;
  const range = low === null || high === null ? "" : `[${text(low)}, ${text(high)}]`;
  return html`${text(value)} <small>${range}</small>`;
}

function intervals(report: Report, granularity: Granularity): Html | null {
  const figure = (layout: Layout) => drawing(intervalsFigure(report, granularity, layout));
  return html`<figure><h3>Every classifier on ${MANY[granularity]}</h3>
<div class="wide">${figure(WIDE)}</div><div class="narrow">${figure(NARROW)}</div>
<figcaption><strong>See</strong> filled blue dots: against the labels; hollow ones: against the held-out truth; bars: 95 % over test documents. <strong>Do not conclude</strong> from overlapping bars that two are alike: differences are paired, and above.</figcaption></figure>`;
}

function pair(title: string, panels: { title: string; svg: string }[], report: Report, how: string, see: string): Html {
  const legend = learnedAsJudged(report).map(({ name }, index) => {
    const { stroke, dash } = lineStyle(index);
    const line = dash ? `repeating-linear-gradient(90deg, ${stroke} 0 5px, transparent 5px 8px)` : stroke;
    return html`<li><i style="background: ${line}"></i>${name}</li>`;
  });
  return html`<figure><h3>${title}</h3><ul class="legend">${legend}</ul>
<div class="panels two">${panels.map((panel) => html`<div><h4>${panel.title}</h4>${drawing(panel.svg)}</div>`)}</div>
<figcaption>${how}. <strong>See</strong> ${see}</figcaption></figure>`;
}

function cost(report: Report): Html | null {
  const wide = costFigure(report, WIDE);
  if (wide === "") return null;
  return html`<figure><h3>Quality against cost</h3>
<div class="wide">${drawing(wide)}</div><div class="narrow">${drawing(costFigure(report, NARROW))}</div>
<figcaption><strong>See</strong> what a better ranking costs to run over a corpus. A classifier costs what its models cost up to the layer its probe reads.</figcaption></figure>`;
}

function qualityTable(report: Report, granularity: Granularity, against: StandardName): Html | null {
  const judgement = firstJudgement(report, granularity, against);
  if (!judgement) return null;
  const rows = report.classifiers.map(({ name, probes }): Row => {
    const measures = probes[granularity].against[against]?.measures;
    const cells = COLUMNS.map(({ measure, hasInterval }) => {
      const figure = measures?.[measure];
      return html`${three(figure?.value)}${figure && hasInterval ? html` <small>${between(figure)}</small>` : null}`;
    });
    return { cells: [name, ...cells] };
  });
  const header = ["classifier", ...COLUMNS.map(({ title }) => title)];
  return table(
    `${HEADINGS[granularity]} against ${AGAINST[against]}: ${rowsText(judgement, granularity)}.`,
    header,
    rows,
  );
}

function costTable(report: Report): Html {
  const rows = report.classifiers.map((classifier): Row => {
    const { name, parameters, trainingFlops, probes } = classifier;
    const flops = (value: number | null) => (value === null ? "–" : scientific(value));
    const probe = (granularity: Granularity) => {
      const { layer, flopsPerToken, threshold, against } = probes[granularity];
      const calibration = against.labels?.calibration.expectedCalibrationError;
      return [String(layer), flops(flopsPerToken), threshold.toFixed(3), three(calibration)];
    };
    const size = parameters === null ? "–" : parameterLabel(parameters);
    return {
      cells: [name, backboneOf(classifier), size, flops(trainingFlops), ...probe("token"), ...probe("document")],
    };
  });
  const of = (many: string) => [`${many}: layer`, "FLOPs per token", "threshold", "calibration error"];
  const header = ["classifier", "backbone", "parameters", "training FLOPs", ...of("tokens"), ...of("documents")];
  return table("What each classifier is and costs.", header, rows, 2);
}

/** Per-source confusion on tokens against the labels: what a classifier of genre, not of the domain, would betray. */
function sourceTables(report: Report): Html {
  const sections = learnedAsJudged(report).map(({ name, probes }) => {
    const rows = (probes.token.against.labels?.sources ?? []).map(
      ({ source, hits, falseAlarms, misses, left }): Row => {
        const all = hits + falseAlarms + misses + left;
        const f1 = hits + falseAlarms + misses === 0 ? null : (2 * hits) / (2 * hits + falseAlarms + misses);
        const counts = [hits, falseAlarms, misses, left].map((count) => count.toLocaleString("en-US"));
        return {
          cells: [source, ...counts, percent((hits + misses) / all), percent((hits + falseAlarms) / all), three(f1)],
        };
      },
    );
    const header = ["source", "found", "false alarms", "missed", "left", "forget", "flagged", "F1"];
    return html`<details><summary>${name}</summary>${table("Tokens by source, against the labels, at the classifier's threshold.", header, rows)}</details>`;
  });
  return html`<h3>By source</h3>${sections}`;
}
