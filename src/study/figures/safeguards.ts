/** @file Figures of what a series of models lost, kept, knows of the boundary, and says (paper Figs 5, 6, 8, 17, 18, 21). */
import { percent, significant } from "../format.js";
import type { FigureResult, QuestionCell, Safeguards } from "../safeguards/results.js";
import { type BySizeOptions, bySize, type SizePoint } from "./by-size.js";
import type { Layout } from "./canvas.js";
import { type DotRow, dotRows } from "./dot-rows.js";

const SIDE_TITLES = { forget: "To forget", retain: "To keep", other: "On neither side" } as const;

const share = (value: number) => percent(Math.max(0, value));
const interval = ({ value, low, high }: FigureResult) => ({ value, low, high });

/** The largest size that a list of cells has. */
function largest<Cell extends { parameters: number }>(cells: readonly Cell[]): Cell[] {
  const most = Math.max(...cells.map(({ parameters }) => parameters));
  return cells.filter(({ parameters }) => parameters === most);
}

/** Accuracy per group of questions at the largest size, beside chance. */
function examRows(cells: readonly QuestionCell[], measure: string): DotRow[] {
  const order = ["forget", "retain", "other"];
  const here = largest(cells.filter(({ measures }) => measures[measure]));
  const groups = [...new Map(here.map((cell) => [cell.group, cell])).values()];
  groups.sort((a, b) => order.indexOf(a.side) - order.indexOf(b.side) || (a.group < b.group ? -1 : 1));
  return groups.map(({ group, side, chance }) => ({
    ...{ section: SIDE_TITLES[side], label: group, chance },
    points: here
      .filter((cell) => cell.group === group)
      .map(({ arm, measures }) => ({ arm, ...interval(measures[measure]) })),
  }));
}

/** Accuracy by letter, after the form was taught (paper Fig. 5). */
export function letterFigure({ exams, arms }: Safeguards, layout: Layout): string {
  const rows = examRows(
    exams.filter(({ isInstructed }) => isInstructed),
    "letter accuracy",
  );
  const description = "Accuracy of lettered multiple choice per group of questions, one dot per arm, chance dashed.";
  return dotRows(rows, { arms, ticks: share, axis: "accuracy; dashed: guessing", description }, layout);
}

/** Accuracy by the likelihood of each choice per byte (paper Fig. 18). */
export function clozeFigure({ exams, arms }: Safeguards, layout: Layout): string {
  const rows = examRows(
    exams.filter(({ isInstructed }) => !isInstructed),
    "cloze accuracy per byte",
  );
  const description = "Accuracy of cloze multiple choice per group of questions, one dot per arm, chance dashed.";
  return dotRows(
    rows,
    { arms, ticks: share, axis: "accuracy, length-normalised; dashed: guessing", description },
    layout,
  );
}

/** The glossary set over sizes: how far the right term is ahead of the mean distractor. */
export function glossaryFigure({ glossary, arms }: Safeguards, layout: Layout): string {
  const measure = "cloze margin over prior to mean";
  const points = glossary.flatMap(({ arm, parameters, side, measures }): SizePoint[] =>
    measures[measure] ? [{ domain: SIDE_TITLES[side], arm, parameters, ...interval(measures[measure]) }] : [],
  );
  const options: BySizeOptions = {
    ...{ arms, format: (value) => significant(value), rule: { value: 0, name: "knows nothing" } },
    axis: "margin of the right term, nats",
    description: "Margin of the right glossary term against model size, terms to forget and terms to keep.",
  };
  return bySize(points, options, layout);
}

/** Forget against retain tokens told apart by a linear probe (paper Fig. 8). */
export function boundaryFigure({ boundary, arms, classifierF1 }: Safeguards, layout: Layout): string {
  const points = boundary.map(({ arm, parameters, f1 }) => ({
    ...{ domain: "Forget tokens against the rest", arm, parameters },
    ...interval(f1),
  }));
  const options: BySizeOptions = {
    ...{ arms, format: (value) => value.toFixed(2), axis: "F1 on test tokens, threshold from validation" },
    rule: classifierF1 === null ? null : { value: classifierF1, name: "the study's classifier" },
    description: "F1 of linear probes for forget tokens against model size, one line per arm.",
  };
  return bySize(points, options, layout);
}

/** Subdomains told apart by a linear probe, at the largest size (paper Fig. 21). */
export function subdomainFigure({ boundary, arms }: Safeguards, layout: Layout): string {
  const here = largest(boundary);
  const names = [...new Set(here.flatMap(({ subdomains }) => subdomains.map(nameOf)))];
  const rows = names.map((label): DotRow => {
    const points = here.flatMap(({ arm, subdomains }) =>
      subdomains.filter((pair) => nameOf(pair) === label).map(({ accuracy }) => ({ arm, ...interval(accuracy) })),
    );
    return { section: "", label, chance: 0.5, points };
  });
  const description = "Balanced accuracy of linear probes between subdomains, one dot per arm, chance dashed.";
  return dotRows(rows, { arms, ticks: share, axis: "balanced accuracy; dashed: guessing", description }, layout);
}

const nameOf = ({ first, second }: { first: string; second: string }) => `${first} or ${second}`;

/** Judged rates of free answers at the largest size (paper Figs 6 and 17); empty when nobody judged. */
export function judgedFigure({ responses, arms }: Safeguards, layout: Layout): string {
  const here = largest(responses);
  const rows = [...new Set(here.map(({ source }) => source))].flatMap((source) => {
    const cells = here.filter((cell) => cell.source === source);
    const criteria = [...new Set(cells.flatMap(({ judged }) => Object.keys(judged)))];
    return criteria.map((criterion): DotRow => {
      const points = cells.flatMap(({ arm, judged }) => {
        const rate = judged[criterion]?.rate;
        return rate ? [{ arm, ...interval(rate) }] : [];
      });
      return { section: source, label: criterion, chance: null, points };
    });
  });
  const description = "Share of free answers judged correct, relevant and coherent, one dot per arm.";
  return dotRows(rows, { arms, ticks: share, axis: "share of answers judged yes", description }, layout);
}

const OFFLINE = {
  repetition: "said again (4 words)",
  questionOverlap: "words of the question",
  referenceOverlap: "words of the reference",
} as const;

/** What can be measured of free answers without a judge, at the largest size. */
export function offlineFigure({ responses, arms }: Safeguards, layout: Layout): string {
  const here = largest(responses);
  const rows = [...new Set(here.map(({ source }) => source))].flatMap((source) =>
    Object.entries(OFFLINE).map(([name, label]): DotRow => {
      const points = here.flatMap((cell) => {
        const figure = cell[name as keyof typeof OFFLINE];
        return cell.source === source && figure ? [{ arm: cell.arm, ...interval(figure) }] : [];
      });
      return { section: source, label, chance: null, points };
    }),
  );
  const shown = rows.filter(({ points }) => points.length > 0);
  const description = "Repetition and words in common of free answers, one dot per arm.";
  return dotRows(shown, { arms, ticks: share, axis: "share, mean over answers", description }, layout);
}

/** How likely each model finds the reference answers, over sizes or at the only one. */
export function referenceFigure({ responses, arms }: Safeguards, layout: Layout): string {
  const here = largest(responses);
  const rows = [...new Set(here.map(({ source }) => source))].map((source): DotRow => {
    const points = here.flatMap(({ arm, source: of, referenceLogLikelihood: figure }) =>
      of === source && figure ? [{ arm, ...interval(figure) }] : [],
    );
    return { section: "", label: source, chance: null, points };
  });
  const shown = rows.filter(({ points }) => points.length > 0);
  const description = "Mean log-likelihood of reference answers per byte, one dot per arm.";
  return dotRows(
    shown,
    { arms, ticks: (value) => value.toFixed(2), axis: "nats per byte; further right: likelier", description },
    layout,
  );
}
