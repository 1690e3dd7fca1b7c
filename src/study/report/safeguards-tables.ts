/** @file The tables of safeguards.html: every number behind its figures. */
import { parameterLabel, percent, significant } from "../format.js";
import type { FigureResult, Safeguards } from "../safeguards/results.js";
import { type Html, html } from "./html.js";
import { type Row, table } from "./table.js";
import { armCell } from "./tables.js";

const signed = (value: number) => `${value < 0 ? "−" : "+"}${significant(Math.abs(value))}`;
const withInterval = (figure: FigureResult | null | undefined, format: (value: number) => string): Html | string =>
  figure ? html`${format(figure.value)} <small>[${format(figure.low)}, ${format(figure.high)}]</small>` : "–";
const pText = (p: number) => (p < 0.001 ? "< 0.001" : p.toFixed(3));

/** Consecutive rows that share a first cell show it once. */
function grouped<Cell>(
  cells: readonly Cell[],
  head: (cell: Cell) => string,
  rest: (cell: Cell) => Row["cells"],
): Row[] {
  return cells.map((cell, index) => {
    const first = index === 0 || head(cells[index - 1]) !== head(cell);
    return { first, cells: [first ? head(cell) : "", ...rest(cell)] };
  });
}

/** Filtered less baseline, with p-values. */
export function comparisonTable(safeguards: Safeguards): Html | null {
  const { comparisons } = safeguards;
  if (comparisons.length === 0) return null;
  const rows = grouped(
    comparisons,
    ({ group, measure }) => `${group}: ${measure}`,
    (cell) => [
      parameterLabel(cell.parameters),
      armCell(safeguards, cell.arm),
      withInterval(cell, signed),
      pText(cell.p),
      String(cell.count),
    ],
  );
  return table(
    "Change against the baseline of the same size, question by question (nats, or shares of questions). p by sign flips; for forget - retain, by permuted sides. Many tests stand here: one in twenty is below 0.05 by chance.",
    ["what", "size", "arm", "change", "p", "questions"],
    rows,
    3,
  );
}

export function examTable(safeguards: Safeguards): Html | null {
  const cells = [...safeguards.glossary, ...safeguards.exams];
  if (cells.length === 0) return null;
  const shown = ["letter accuracy", "cloze accuracy", "cloze accuracy per byte", "cloze accuracy over prior"] as const;
  const sorted = [...cells].sort(
    (a, b) => Number(a.isInstructed) - Number(b.isInstructed) || (a.group < b.group ? -1 : a.group > b.group ? 1 : 0),
  );
  const rows = grouped(
    sorted,
    ({ group, isInstructed }) => `${group}${isInstructed ? ", taught letters" : ""}`,
    (cell) => [
      parameterLabel(cell.parameters),
      armCell(safeguards, cell.arm),
      String(cell.questions),
      percent(cell.chance),
      ...shown.map((name) => withInterval(cell.measures[name], percent)),
      withInterval(cell.measures["cloze margin over prior to mean"] ?? cell.measures["letter margin to mean"], signed),
      String(cell.contaminated),
      String(cell.beyondContext),
    ],
  );
  const header = ["questions", "size", "arm", "n", "chance", ...shown, "margin", "contaminated", "long"];
  return table(
    "Every group of questions. Margin: right choice less the mean of the wrong, nats (cloze over prior; letters where taught). Contaminated ones are left out; long ones do not fit the context whole.",
    header,
    rows,
    3,
  );
}

export function boundaryTable(safeguards: Safeguards): Html | null {
  if (safeguards.boundary.length === 0) return null;
  const rows = grouped(
    safeguards.boundary,
    ({ parameters }) => parameterLabel(parameters),
    (cell) => [
      armCell(safeguards, cell.arm),
      withInterval(cell.f1, (value) => value.toFixed(3)),
      withInterval(cell.auroc, (value) => value.toFixed(3)),
      String(cell.layer),
      percent(cell.prevalence),
      `${cell.rows.toLocaleString("en-US")} of ${cell.documents}`,
    ],
  );
  const lacking = Object.entries(Object.assign({}, ...safeguards.boundary.map((cell) => cell.lacking)));
  const left = lacking.map(([name, why]) => `${name} (${why})`).join("; ");
  return table(
    `Forget tokens by a linear probe, test documents, natural prevalence. Layer 0 is the embedding.${left ? ` Too small as subdomains: ${left}.` : ""}`,
    ["size", "arm", "F1", "AUROC", "layer", "prevalence", "tokens of documents"],
    rows,
    2,
  );
}

/** Kinds of text to forget, told apart, at every size (paper Fig. 21). */
export function subdomainTable(safeguards: Safeguards): Html | null {
  const pairs = safeguards.boundary.flatMap(({ subdomains, ...cell }) => subdomains.map((pair) => ({ ...cell, pair })));
  if (pairs.length === 0) return null;
  const name = ({ pair: { first, second } }: (typeof pairs)[number]) => `${first} or ${second}`;
  const names = [...new Set(pairs.map(name))];
  const rows = grouped(
    names.flatMap((wanted) => pairs.filter((pair) => name(pair) === wanted)),
    name,
    ({ pair: { accuracy, layer, passages, documents }, ...cell }) => [
      parameterLabel(cell.parameters),
      armCell(safeguards, cell.arm),
      withInterval(accuracy, percent),
      String(layer),
      `${passages.toLocaleString("en-US")} of ${documents}`,
    ],
  );
  return table(
    "Kinds of text to forget, told apart by a linear probe on mean states of passages, test documents. Guessing is right in 50 %.",
    ["kinds", "size", "arm", "balanced accuracy", "layer", "passages of documents"],
    rows,
    3,
  );
}

/** "100 (2 too long, 1 empty)": questions beyond the context got no answer, and empty answers are not judged. */
function askedText({ asked, tooLong, empty }: Safeguards["responses"][number]): string {
  const left = Object.entries({ "too long": tooLong, empty }).filter(([, count]) => count > 0);
  return `${asked}${left.length > 0 ? ` (${left.map(([why, count]) => `${count} ${why}`).join(", ")})` : ""}`;
}

export function responseTable(safeguards: Safeguards): Html | null {
  const { responses } = safeguards;
  if (responses.length === 0) return null;
  const criteria = [...new Set(responses.flatMap(({ judged }) => Object.keys(judged)))];
  const sorted = [...responses].sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
  const unknowns = (unknown: Record<string, number | undefined>) =>
    Object.entries(unknown)
      .map(([cause, count]) => `${count} ${cause}`)
      .join(", ");
  const rows = grouped(
    sorted,
    ({ source }) => source,
    (cell) => [
      parameterLabel(cell.parameters),
      armCell(safeguards, cell.arm),
      askedText(cell),
      ...criteria.flatMap((name) => {
        const judged = cell.judged[name];
        return [withInterval(judged?.rate, percent), judged ? unknowns(judged.unknown) || "0" : "–"];
      }),
      withInterval(cell.repetition, percent),
      withInterval(cell.questionOverlap, percent),
      withInterval(cell.referenceOverlap, percent),
      withInterval(cell.referenceLogLikelihood, (value) => value.toFixed(3).replace("-", "−")),
    ],
  );
  const header = [
    ...["questions", "size", "arm", "asked", ...criteria.flatMap((name) => [name, "unknown"])],
    ...["repetition", "question words", "reference words", "reference, nats per byte"],
  ];
  return table(
    `Free answers. Judge: ${responses[0].judge}. Judged rates are of non-empty answers; unknowns are in none of them.`,
    header,
    rows,
    3,
  );
}
