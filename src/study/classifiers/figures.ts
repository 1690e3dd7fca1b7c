/** @file The figures of a classifier report: intervals, precision against recall, calibration, quality against cost. */
import * as Plot from "@observablehq/plot";
import { draw, facets, type Layout, type PlotOptions } from "../figures/canvas.js";
import { logDomain, logTicks } from "../figures/labels.js";
import { LABEL_TEXT } from "../figures/palette.js";
import { scientific } from "../format.js";
import { type ClassifierReport, type Granularity, type Measure, type Report, STANDARDS } from "./results.js";
import { firstJudgement } from "./words.js";

/** Hues of lines; from the eighth line on they come again, dashed. */
const HUES = ["arm-mask", "arm-document", "arm-remove", "retain", "forget", "ink", "muted"].map(
  (name) => `var(--${name})`,
);

export const lineStyle = (index: number) => ({
  stroke: HUES[index % HUES.length],
  dash: index < HUES.length ? "" : "5 3",
});

/** Those that learned the labels they are judged by. What others learned differs only in its labels: they are in the table. */
export function learnedAsJudged({ classifiers }: Report): ClassifierReport[] {
  const kept = classifiers.filter(({ hasReference }) => !hasReference);
  return kept.length > 0 ? kept : classifiers;
}

const UNIT_TICKS = [0, 0.25, 0.5, 0.75, 1];
const TITLES: Partial<Record<Measure, string>> = {
  averagePrecision: "average precision",
  f1: "F1 at its threshold",
  auroc: "AUROC",
};
const GRANULARITY_TITLES: Record<Granularity, string> = { token: "tokens", document: "documents" };

/** Per classifier its figures with intervals: filled against the labels, hollow against the truth. */
export function intervalsFigure(report: Report, granularity: Granularity, layout: Layout): string {
  const points = report.classifiers.flatMap(({ name, probes }) =>
    STANDARDS.flatMap((against) =>
      (Object.keys(TITLES) as Measure[]).flatMap((measure) => {
        const figure = probes[granularity].against[against]?.measures[measure];
        return figure?.value == null ? [] : [{ name, against, facet: TITLES[measure]!, ...figure }];
      }),
    ),
  );
  if (points.length === 0) return "";
  const names = report.classifiers.map(({ name }) => name);
  const facet = facets(layout, Object.values(TITLES));
  const of = (against: string) => points.filter((point) => point.against === against);
  const place = { ...facet.by("facet"), y: "name" };
  const shift = { labels: -4, truth: 4 };
  const rows = 26 * names.length;
  const options: PlotOptions = {
    width: layout.width,
    height: layout.stacked ? 3 * (rows + 40) + 60 : rows + 90,
    ...{ marginLeft: 128, marginRight: 10, marginTop: 40, marginBottom: 34 },
    ...facet.scale,
    x: { domain: [0, 1], axis: null },
    y: { domain: names, axis: null, padding: 0.4 },
    marks: [
      facet.titles(),
      Plot.gridX(UNIT_TICKS, { stroke: "var(--line)", strokeOpacity: 1 }),
      // Neighbouring facets' 1 and 0 would stand side by side.
      Plot.axisX(UNIT_TICKS.slice(1, -1), { label: null, tickSize: 0, tickFormat: String }),
      Plot.axisY({ label: null, tickSize: 0, ...(layout.stacked ? {} : { facetAnchor: "left" as const }) }),
      ...STANDARDS.flatMap((against) => {
        const colour = against === "labels" ? "var(--arm-mask)" : "var(--muted)";
        const dy = shift[against];
        return [
          Plot.ruleY(of(against), { ...place, x1: "low", x2: "high", stroke: colour, strokeWidth: 1.6, dy }),
          Plot.dot(of(against), {
            ...{ ...place, x: "value", r: 3.6, stroke: colour, dy },
            fill: against === "labels" ? colour : "var(--paper)",
          }),
        ];
      }),
    ],
  };
  return draw(options, `Figures of each classifier on ${GRANULARITY_TITLES[granularity]} with 95 % intervals.`);
}

interface Panel {
  title: string;
  svg: string;
}

const SQUARE = { width: 430, height: 380, marginLeft: 44, marginRight: 12, marginTop: 26, marginBottom: 42 };

/** Precision against recall of every classifier, tokens and documents, against the labels. */
export function precisionRecallPanels(report: Report): Panel[] {
  const points = (classifier: ClassifierReport, granularity: Granularity) =>
    (classifier.probes[granularity].against.labels?.precisionRecall ?? []).map(({ recall, precision }) => ({
      x: recall,
      y: precision,
    }));
  const chance = (granularity: Granularity) => {
    const { prevalence } = firstJudgement(report, granularity, "labels") ?? {};
    return Plot.ruleY(prevalence === undefined ? [] : [prevalence], { stroke: "var(--muted)", strokeOpacity: 0.7 });
  };
  return panels(report, "recall", "precision", points, chance);
}

/** Observed share against predicted probability; bins of few rows are left out, they jump. */
export function calibrationPanels(report: Report): Panel[] {
  const diagonal = Plot.link([[0, 1]], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: "var(--muted)", strokeOpacity: 0.7 });
  const points = (classifier: ClassifierReport, granularity: Granularity) =>
    (classifier.probes[granularity].against.labels?.calibration.bins ?? [])
      .filter(({ count }) => count >= MIN_BIN_ROWS[granularity])
      .map(({ predicted, observed }) => ({ x: predicted, y: observed }));
  return panels(report, "mean score of the bin", "share that is forget", points, () => diagonal);
}

export const MIN_BIN_ROWS: Record<Granularity, number> = { token: 50, document: 5 };

function panels(
  report: Report,
  x: string,
  y: string,
  pointsOf: (classifier: ClassifierReport, granularity: Granularity) => { x: number; y: number }[],
  below: (granularity: Granularity) => Plot.Markish,
): Panel[] {
  return (["token", "document"] as const).map((granularity) => {
    const lines = learnedAsJudged(report).map((classifier, index) => {
      const { stroke, dash } = lineStyle(index);
      const points = pointsOf(classifier, granularity);
      return Plot.line(points, { x: "x", y: "y", stroke, strokeWidth: 1.7, strokeDasharray: dash });
    });
    const options: PlotOptions = {
      ...SQUARE,
      x: { domain: [0, 1] },
      y: { domain: [0, 1] },
      marks: [
        Plot.gridY(UNIT_TICKS, { stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.axisY(UNIT_TICKS, { label: null, tickSize: 0, tickFormat: String }),
        Plot.axisX(UNIT_TICKS, {
          label: x,
          tickSize: 4,
          labelAnchor: "center",
          labelArrow: "none",
          tickFormat: String,
        }),
        Plot.text([y], {
          ...{
            frameAnchor: "top-left",
            textAnchor: "start",
            lineAnchor: "bottom",
            dy: -10,
            dx: -30,
            fill: "var(--muted)",
          },
        } as Plot.TextOptions),
        below(granularity),
        ...lines,
      ],
    };
    const title = GRANULARITY_TITLES[granularity];
    return { title, svg: draw(options, `${y} against ${x} of every classifier, ${title}.`) };
  });
}

/** Average precision on tokens against FLOPs to score one. */
export function costFigure(report: Report, layout: Layout): string {
  const points = learnedAsJudged(report).flatMap(({ name, probes: { token } }, index) => {
    const figure = token.against.labels?.measures.averagePrecision;
    if (figure?.value == null || token.flopsPerToken === null) return [];
    return [{ name, flops: token.flopsPerToken, ...figure, colour: lineStyle(index).stroke }];
  });
  if (points.length === 0) return "";
  const x = logDomain(
    points.map(({ flops }) => flops),
    0.12,
    layout.stacked ? 0.7 : 0.35,
  );
  const best = Math.max(...points.map(({ high, value }) => high ?? value!));
  const options: PlotOptions = {
    ...{ width: layout.width, height: 360, marginLeft: 44, marginRight: 10, marginTop: 26, marginBottom: 42 },
    x: { type: "log", domain: x, axis: null },
    y: { domain: [0, Math.min(1, best * 1.1)], axis: null },
    marks: [
      Plot.gridY({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 5, label: null, tickSize: 0 }),
      Plot.axisX(logTicks(x, 5), {
        ...{
          label: "FLOPs to score a token",
          tickSize: 4,
          labelAnchor: "center" as const,
          labelArrow: "none" as const,
        },
        tickFormat: scientific,
      }),
      Plot.text(["average precision, tokens"], {
        ...{
          frameAnchor: "top-left",
          textAnchor: "start",
          lineAnchor: "bottom",
          dy: -10,
          dx: -30,
          fill: "var(--muted)",
        },
      } as Plot.TextOptions),
      Plot.ruleX(points, { x: "flops", y1: "low", y2: "high", stroke: "colour", strokeWidth: 1.5 }),
      Plot.dot(points, { x: "flops", y: "value", r: 4, fill: "colour" }),
      Plot.text(points, {
        x: "flops",
        y: "value",
        text: "name",
        dx: 9,
        textAnchor: "start",
        fill: "colour",
        ...LABEL_TEXT,
      }),
    ],
    color: { type: "identity" as const },
  };
  return draw(options, "Average precision on tokens against the FLOPs to score a token.");
}
