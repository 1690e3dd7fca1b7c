/** @file What may be said of a series, in words: each sentence carries its numbers, and a "no" is said as plainly. */
import { listed, parameterLabel, significant } from "../format.js";
import type { BoundaryCell, ComparisonCell, Safeguards } from "./results.js";

const SIGNIFICANT = 0.05;
/** The measure on which small models move. */
const MOVES = "cloze margin over prior to mean";

const signed = (value: number) => `${value < 0 ? "−" : "+"}${significant(Math.abs(value))}`;
const pText = (p: number) => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);

export function statementsOf(results: Omit<Safeguards, "statements">): string[] {
  return [...glossaryStatements(results), ...boundaryStatements(results)];
}

/** Does the glossary set separate the baseline from filtered models on terms to forget, and not on terms to keep? */
function glossaryStatements({ comparisons, sizes }: Omit<Safeguards, "statements">): string[] {
  const { name, parameters } = sizes[sizes.length - 1];
  const here = comparisons.filter(({ size, measure }) => size === name && measure === MOVES);
  const of = (group: string, arm: string) => here.find((cell) => cell.arm === arm && cell.group === group);
  const arms = [...new Set(here.filter(({ group }) => group.startsWith("glossary/")).map(({ arm }) => arm))];
  return arms.map((arm) => {
    const [lost, kept] = [of("glossary/forget", arm)!, of("glossary/retain", arm)!];
    const between = of("glossary: forget - retain", arm);
    const told = (cell: ComparisonCell) => `${signed(cell.value)} nats, ${pText(cell.p)}`;
    const isLost = lost.p < SIGNIFICANT && lost.value < 0;
    const isKept = kept.p >= SIGNIFICANT || kept.value > 0;
    const verdict = isLost
      ? isKept
        ? "the set separates it from the baseline on terms to forget and shows no loss on terms to keep"
        : "it lost terms to forget and terms to keep"
      : "the set does not separate it from the baseline on terms to forget";
    const difference = between ? `; difference of the two changes ${told(between)}` : "";
    return `Glossary terms at ${parameterLabel(parameters)}, ${arm}: ${verdict} (forget ${told(lost)}; keep ${told(kept)}${difference}).`;
  });
}

function boundaryStatements({ boundary, sizes }: Omit<Safeguards, "statements">): string[] {
  const { name, parameters } = sizes[sizes.length - 1];
  const here = boundary.filter(({ size }) => size === name);
  if (here.length === 0) return [];
  const told = ({ arm, f1 }: BoundaryCell) =>
    `${arm} ${f1.value.toFixed(3)} [${f1.low.toFixed(3)}, ${f1.high.toFixed(3)}]`;
  return [
    `Forget tokens found by a linear probe on the model's own states at ${parameterLabel(parameters)}, F1: ${listed(here.map(told))}.`,
  ];
}
