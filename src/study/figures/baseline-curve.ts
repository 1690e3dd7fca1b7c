/** @file The baseline's curve with the arms of the quoted size: where a slowdown is read off, and where nothing can be. */
import * as Plot from "@observablehq/plot";
import { baselineName, filteringArms, lossOf, sidedMeasures, slowdownOf } from "../cells.js";
import { baselineCurve } from "../curve.js";
import type { ArmFacts, Results } from "../results.js";
import { armWords, sizeLabel } from "../words.js";
import { axisNote, axisTitle, decadesOf, roomForLabels, xAxis, yAxis } from "./axes.js";
import { draw, facets, type Layout } from "./canvas.js";
import { type ColumnLabel, columnHeight, columnLabels, columnWidth, LEADER } from "./column-labels.js";
import { logLogFrame } from "./frame.js";
import { evenTicks, logDomain, logTicks, powerOfTen } from "./labels.js";
import { armColour, armStyle } from "./palette.js";

export interface CurvePoint {
  /** Measure. */
  domain: string;
  /** measured: a baseline's cell; curve: a corner of what is read from; arm: a filtered cell; read: its match on the curve. */
  kind: "measured" | "curve" | "arm" | "read";
  arm: string;
  parameters: number | null;
  tokensPerParameter: number | null;
  /** False of baselines trained shorter or longer than the ladder; null of corners of the curve. */
  isLadder: boolean | null;
  flops: number;
  loss: number;
  /** Of a match: whether it is the curve's end, and the true one lies beyond. */
  isBound: boolean;
}

/** Everything that the figure shows but the unigram levels, which results hold as they are. */
export function baselineCurvePoints(results: Results): CurvePoint[] {
  const baseline = baselineName(results)!;
  const cells = results.cells.filter(({ arm }) => arm === baseline);
  const sizes = new Map(results.sizes.map((size) => [size.name, size]));
  return sidedMeasures(results).flatMap(({ name: domain }) => {
    const measured = cells.map((cell): CurvePoint => {
      const { parameters, tokensPerParameter, isLadder } = sizes.get(cell.size)!;
      const at = { arm: baseline, parameters, tokensPerParameter, isLadder, flops: cell.flops };
      return { domain, kind: "measured", ...at, loss: lossOf(cell, domain), isBound: false };
    });
    const knots = baselineCurve(
      measured.map(({ flops, loss }) => ({ compute: flops, loss })),
      results.unigram[domain],
    );
    const curve = knots.map(({ x, y }): CurvePoint => {
      const nowhere = { arm: baseline, parameters: null, tokensPerParameter: null, isLadder: null, isBound: false };
      return { domain, kind: "curve", ...nowhere, flops: Math.exp(x), loss: Math.exp(y) };
    });
    const arms = filteringArms(results).flatMap(({ name }) => armPoints(results, name, domain));
    return [...measured, ...curve, ...arms];
  });
}

/** A filtered cell of the quoted size, and where its loss is found on the curve. */
function armPoints(results: Results, arm: string, domain: string): CurvePoint[] {
  const cell = results.cells.find((one) => one.arm === arm && one.size === results.findings.size);
  const slowdown = slowdownOf(results, results.findings.size, arm, domain);
  if (!cell || !slowdown) return [];
  const { parameters, tokensPerParameter, isLadder } = results.sizes.find(({ name }) => name === cell.size)!;
  const at = { domain, arm, parameters, tokensPerParameter, isLadder, loss: lossOf(cell, domain) };
  const by = slowdown.value ?? slowdown.atLeast ?? slowdown.atMost;
  const own: CurvePoint = { ...at, kind: "arm", flops: cell.flops, isBound: false };
  if (by === null) return [own];
  return [own, { ...at, kind: "read", flops: cell.flops / by, isBound: slowdown.value === null }];
}

/** Log-log, inside what was measured: the curve ends where the baselines end. */
export function baselineFigure(results: Results, layout: Layout): string {
  const points = baselineCurvePoints(results);
  const measures = sidedMeasures(results);
  const names = measures.map(({ name }) => name);
  const facet = facets(layout, names);
  const by = facet.by("domain");
  const ofKind = (...kinds: CurvePoint["kind"][]) => points.filter(({ kind }) => kinds.includes(kind));
  const unigrams = names.flatMap((domain) =>
    domain in results.unigram ? [{ domain, loss: results.unigram[domain] }] : [],
  );
  const labels = labelsOf(results, points, unigrams);
  const flops = points.map((point) => point.flops);
  const most = Math.max(...flops);
  const decades = Math.max(0.3, Math.log10(most / Math.min(...flops)));
  const room = roomForLabels(1.06 * decades, columnWidth(labels) + LEADER, facet.width);
  const x = logDomain(flops, 0.06 * decades, room);
  const y = logDomain(
    [...points, ...unigrams].map(({ loss }) => loss),
    0.02,
  );
  const tallest = Math.max(...names.map((name) => columnHeight(labels.filter(({ domain }) => domain === name))));
  const panel = Math.max(layout.stacked ? 250 : 300, tallest + 20);
  const line = { x: "flops", y: "loss", ...by };
  const ticks = logTicks(x, 3).filter((tick) => tick <= most);
  const baseline = { stroke: "var(--arm-none)", strokeWidth: 1.8 };
  const frame = logLogFrame(results, layout, {
    ...{ facet, x, y, marginBottom: 48, marginTop: 58 },
    height: 106 + panel * (layout.stacked ? 1.12 * names.length : 1),
  });
  const column = most * 10 ** decadesOf(LEADER, 1.06 * decades + room, facet.width);
  const data = [
    Plot.line(ofKind("curve"), { ...line, ...baseline, z: "domain" }),
    Plot.dot(ofKind("measured"), {
      ...{ ...line, ...baseline, r: 4, className: "measured" },
      fill: (point: CurvePoint) => (point.isLadder ? "var(--arm-none)" : "var(--paper)"),
    }),
    ...filteringArms(results).flatMap((arm) => armMarks(arm, points, by)),
  ];
  const labelled = columnLabels({ ...frame, marks: data }, labels, { edge: most, at: column, side: "right", by });
  const marks = [
    ...yAxis(evenTicks(y), String, [x[0], column]),
    ...xAxis(ticks, computeLabel),
    axisNote("training compute, FLOPs", layout),
    axisTitle("held-out loss, nats per token", -40),
    Plot.ruleY(unigrams, {
      ...{ y: "loss", x1: () => x[0], x2: () => most, ...by },
      ...{ stroke: "var(--ink)", strokeOpacity: 0.6, strokeDasharray: "2 3", className: "unigram" },
    }),
    ...labelled.lines,
    ...data,
    ...labelled.texts,
    facet.titles((name) => `${name} text`),
  ];
  const description = `Held-out loss of the baselines against training compute for ${names.join(", ")}, with the filtered models of ${sizeLabel(results, results.findings.size)} parameters.`;
  return draw({ ...frame, marks }, description);
}

/** The filtered model, a dotted line at its loss to the curve, and a small dot there; an arrow where the curve has ended. */
function armMarks(arm: ArmFacts, points: readonly CurvePoint[], by: object): Plot.Markish[] {
  const own = points.filter((point) => point.arm === arm.name);
  const spans = own.flatMap((read) => {
    const from = own.find(({ kind, domain }) => kind === "arm" && domain === read.domain);
    return read.kind === "read" && from ? [{ ...read, from: from.flops }] : [];
  });
  const { colour, symbol, fill } = armStyle(arm);
  const place = { x: "flops", y: "loss", ...by };
  const span = { ...by, x1: "from", x2: "flops", y1: "loss", y2: "loss", stroke: colour, strokeWidth: 1.3 };
  const inside = spans.filter(({ isBound }) => !isBound);
  return [
    Plot.link(inside, { ...span, strokeDasharray: "1.5 2.5" }),
    Plot.arrow(
      spans.filter(({ isBound }) => isBound),
      { ...span, headLength: 7, className: "arrow" },
    ),
    Plot.dot(inside, { ...place, fill: colour, r: 2.6, className: "read" }),
    Plot.dot(
      own.filter(({ kind }) => kind === "arm"),
      { ...place, stroke: colour, symbol: symbol as Plot.SymbolType, fill, r: 4.2, className: "arm" },
    ),
  ];
}

function labelsOf(
  results: Results,
  points: readonly CurvePoint[],
  unigrams: readonly { domain: string; loss: number }[],
) {
  const words = armWords(results.arms);
  const most = Math.max(...points.map(({ flops }) => flops));
  return sidedMeasures(results).flatMap(({ name: domain }): ColumnLabel[] => {
    const own = points.filter((point) => point.domain === domain);
    const curve = own.findLast(({ kind }) => kind === "curve");
    const unigram = unigrams.find((level) => level.domain === domain);
    const label = (name: string, colour: string, x: number, y: number) => ({ domain, x, y, colour, name, note: "" });
    return [
      ...(unigram ? [label("token frequencies", "var(--ink)", most, unigram.loss)] : []),
      ...(curve ? [label("no filter", "var(--arm-none)", curve.flops, curve.loss)] : []),
      ...filteringArms(results).flatMap((arm) => {
        const cell = own.find(({ kind, arm: name }) => kind === "arm" && name === arm.name);
        return cell ? [label(words.get(arm.name)!, armColour(arm), cell.flops, cell.loss)] : [];
      }),
    ];
  });
}

/** 1e13 -> "10¹³", 2e13 -> "2·10¹³". */
function computeLabel(value: number): string {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const factor = Math.round(value / power);
  return factor === 1 ? powerOfTen(power) : `${factor}·${powerOfTen(power)}`;
}
