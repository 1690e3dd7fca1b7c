/** @file What may be said of a series, in words: each sentence carries its numbers, and a "no" is said as plainly. */
import { listed, parameterLabel, significant } from "../format.js";
import type { BoundaryCell, ComparisonCell, Safeguards } from "./results.js";

const SIGNIFICANT = 0.05;
/** The measure on which small models move. */
const MOVES = "cloze margin over prior to mean";

const signed = (value: number) => `${value < 0 ? "−" : "+"}${significant(Math.abs(value))}`;
const pText = (p: number) => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);

export function statementsOf(results: Told): string[] {
  return [...glossaryStatements(results), ...boundaryStatements(results)];
}

type Told = Omit<Safeguards, "statements">;

/**
 * Did filtered models lose terms to forget against terms to keep? The verdict is the test of the difference of the two
 * changes, one per arm, corrected over arms: a change that is significant on one side and not on the other says nothing.
 */
function glossaryStatements({ comparisons, sizes }: Told): string[] {
  const { name, parameters } = sizes[sizes.length - 1];
  const here = comparisons.filter(({ size, measure }) => size === name && measure === MOVES);
  const of = (group: string, arm: string) => here.find((cell) => cell.arm === arm && cell.group === group);
  const arms = [...new Set(here.filter(({ group }) => group.startsWith("glossary")).map(({ arm }) => arm))];
  const tests = arms.flatMap((arm) => of("glossary: forget - retain", arm) ?? []);
  const adjusted = holm(tests.map(({ p }) => p));
  const over = tests.length > 1 ? `, by Holm over ${tests.length} arms` : "";
  return arms.map((arm) => {
    const told = (cell: ComparisonCell | undefined, p = cell?.p) =>
      cell && p !== undefined
        ? `${signed(cell.value)} nats [${signed(cell.low)}, ${signed(cell.high)}], ${pText(p)}`
        : "too few questions";
    const sides = `forget ${told(of("glossary/forget", arm))}; keep ${told(of("glossary/retain", arm))}`;
    const index = tests.findIndex((test) => test.arm === arm);
    const lead = `Glossary terms at ${parameterLabel(parameters)}, ${arm} against the baseline:`;
    if (index < 0) return `${lead} terms to forget and to keep cannot be compared (${sides}).`;
    const p = adjusted[index];
    return `${lead} ${verdict(tests[index].value, p)}: change on terms to forget less that on terms to keep ${told(tests[index], p)}${over} (${sides}).`;
  });
}

function verdict(difference: number, p: number): string {
  if (p >= SIGNIFICANT) return "no difference between terms to forget and terms to keep was found";
  return difference < 0
    ? "it lost terms to forget against terms to keep"
    : "it lost terms to keep against terms to forget";
}

/** p-values that hold together (Holm 1979), in the order given. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).sort((a, b) => ps[a] - ps[b]);
  const adjusted = new Array<number>(ps.length);
  let least = 0;
  for (const [rank, index] of order.entries()) {
    least = Math.max(least, Math.min(1, ps[index] * (ps.length - rank)));
    adjusted[index] = least;
  }
  return adjusted;
}

function boundaryStatements({ boundary, sizes }: Told): string[] {
  const { name, parameters } = sizes[sizes.length - 1];
  const here = boundary.filter(({ size }) => size === name);
  if (here.length === 0) return [];
  const told = ({ arm, f1 }: BoundaryCell) =>
    `${arm} ${f1.value.toFixed(3)} [${f1.low.toFixed(3)}, ${f1.high.toFixed(3)}]`;
  return [
    `Forget tokens found by a linear probe on the model's own states at ${parameterLabel(parameters)}, F1: ${listed(here.map(told))}.`,
  ];
}
