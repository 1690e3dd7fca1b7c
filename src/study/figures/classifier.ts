/** @file The classifier: precision against recall, calibration, and where its scores lie. */
import * as Plot from "@observablehq/plot";
import type { ClassifierEvaluation, Results } from "../results.js";
import { draw, type PlotOptions } from "./canvas.js";
import { LABEL_TEXT } from "./palette.js";

export interface ClassifierPanel {
  title: string;
  note: string;
  svg: string;
}

const WIDTH = 290;
const FRAME = { width: WIDTH, height: 270, marginLeft: 44, marginRight: 10, marginTop: 26, marginBottom: 42 };
const UNIT_TICKS = [0, 0.25, 0.5, 0.75, 1];

/** The evaluation the panels show: tokens of the test split, against the truth where there is one. */
export function panelEvaluation({ routes }: Pick<Results, "routes">): ClassifierEvaluation | undefined {
  const tokens = tokenEvaluations(routes);
  return tokens.find((evaluation) => evaluation.against === "truth") ?? tokens[0];
}

/** Of the route whose scores the arms use, on the last split that was graded. */
function tokenEvaluations([route]: Results["routes"]): ClassifierEvaluation[] {
  const tokens = route.classifier.evaluations.filter(({ level }) => level === "token");
  const split = tokens.some((e) => e.split === "test") ? "test" : tokens[0]?.split;
  return tokens.filter((evaluation) => evaluation.split === split);
}

/** Three panels; none where no token was graded. */
export function classifierPanels({ routes }: Pick<Results, "routes">): ClassifierPanel[] {
  const main = panelEvaluation({ routes });
  if (!main) return [];
  const { split } = main;
  const { thresholds } = routes[0].classifier;
  const other = tokenEvaluations(routes).find((evaluation) => evaluation !== main);
  const against = main.against === "truth" ? "the held-out truth" : "the labels";
  return [
    {
      title: "Precision against recall",
      note: `Tokens of the ${split} split against ${against}${other ? " (dashed: against the labels)" : ""}; the grey line is chance${thresholds.token === undefined ? "" : ", the dot the threshold of best F1"}.`,
      svg: precisionRecall(main, other, thresholds.token),
    },
    {
      title: "Calibration",
      note: "On the grey diagonal a score of 0.3 is right 30 % of the time; larger dots hold more tokens.",
      svg: calibration(main),
    },
    {
      title: "Where the scores lie",
      note: `Tokens per bin of score, on a logarithmic scale${thresholds.token === undefined ? "" : "; dashed: the threshold of best F1"}.`,
      svg: histogram(main, thresholds.token),
    },
  ].filter((panel) => panel.svg !== "");
}

function unitAxes(x: string, y: string): Plot.Markish[] {
  return [
    Plot.gridY(UNIT_TICKS, { stroke: "var(--line)", strokeOpacity: 1 }),
    Plot.axisY(UNIT_TICKS, { label: null, tickSize: 0, tickFormat: String }),
    Plot.axisX(UNIT_TICKS, { label: x, tickSize: 4, labelAnchor: "center", labelArrow: "none", tickFormat: String }),
    valueNote(y),
  ];
}

/** What the vertical axis means, above its upper end. */
function valueNote(text: string): Plot.Markish {
  const place = { frameAnchor: "top-left", textAnchor: "start", lineAnchor: "bottom", dy: -10, dx: -30 } as const;
  return Plot.text([text], { ...place, fill: "var(--muted)" });
}

function precisionRecall(main: ClassifierEvaluation, other: ClassifierEvaluation | undefined, threshold?: number) {
  if (main.curve.length === 0) return "";
  const channels = { x: "recall", y: "precision" };
  const options: PlotOptions = {
    ...FRAME,
    x: { domain: [0, 1] },
    y: { domain: [0, 1] },
    marks: [
      ...unitAxes("recall", "precision"),
      Plot.ruleY(main.prevalence === null ? [] : [main.prevalence], { stroke: "var(--muted)", strokeOpacity: 0.7 }),
      ...(other ? [Plot.line(other.curve, { ...channels, stroke: "var(--muted)", strokeDasharray: "4 3" })] : []),
      Plot.line(main.curve, { ...channels, stroke: "var(--forget)", strokeWidth: 2 }),
      ...(threshold === undefined ? [] : [Plot.dot([main], { ...channels, r: 4.5, fill: "var(--forget)" })]),
    ],
  };
  return draw(options, "Precision-recall curve of the token classifier.");
}

function calibration({ calibration }: ClassifierEvaluation): string {
  if (calibration.length === 0) return "";
  const options: PlotOptions = {
    ...FRAME,
    x: { domain: [0, 1] },
    y: { domain: [0, 1] },
    r: { type: "log", range: [2, 9] },
    marks: [
      ...unitAxes("mean score of the bin", "share that is forget"),
      Plot.link([[0, 1]], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: "var(--muted)", strokeOpacity: 0.7 }),
      Plot.line(calibration, { x: "score", y: "observed", stroke: "var(--forget)", strokeWidth: 1.4 }),
      Plot.dot(calibration, { x: "score", y: "observed", r: "count", fill: "var(--forget)", fillOpacity: 0.75 }),
    ],
  };
  return draw(options, "Calibration of the token classifier.");
}

function histogram({ histogram }: ClassifierEvaluation, threshold?: number): string {
  if (histogram.length === 0) return "";
  const bars = (side: "forget" | "retain") => histogram.filter((bin) => bin[side] > 0);
  const most = Math.max(...histogram.flatMap((bin) => [bin.forget, bin.retain]));
  const ticks = Array.from({ length: Math.floor(Math.log10(most)) + 1 }, (_, power) => 10 ** power);
  const step = (side: "forget" | "retain") =>
    Plot.rect(bars(side), {
      ...{ x1: "from", x2: "to", y1: 0.5, y2: side, insetLeft: 0.5, insetRight: 0.5 },
      ...{ fill: `var(--${side})`, fillOpacity: side === "retain" ? 0.35 : 0.55, stroke: `var(--${side})` },
    });
  const options: PlotOptions = {
    ...FRAME,
    x: { domain: [0, 1] },
    y: { type: "log", domain: [0.5, most * 1.5] },
    marks: [
      Plot.gridY(ticks, { stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.axisY(ticks, { label: null, tickSize: 0, tickFormat: "~s" }),
      Plot.axisX(UNIT_TICKS, {
        ...{ label: "score", tickSize: 4, labelAnchor: "center" as const, labelArrow: "none" as const },
        tickFormat: String,
      }),
      valueNote("tokens"),
      step("retain"),
      step("forget"),
      ...(threshold === undefined ? [] : [Plot.ruleX([threshold], { stroke: "var(--ink)", strokeDasharray: "3 2" })]),
      ...(["retain", "forget"] as const).map((side, row) =>
        Plot.text([side === "retain" ? "to keep" : "to forget"], {
          ...{ frameAnchor: "top-right", dx: -4, dy: 4 + 15 * row, lineAnchor: "top" as const },
          ...{ fill: `var(--${side})`, ...LABEL_TEXT },
        }),
      ),
    ],
  };
  return draw(options, "Histogram of token scores for tokens to forget and tokens to keep.");
}
