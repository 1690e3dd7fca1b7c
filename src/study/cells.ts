/** @file Looking things up in results: cells, slowdowns, arms and roles. */
import { isControl } from "./arms.js";
import type { ArmFacts, Bounded, CellResult, Measure, Results, SizeFacts } from "./results.js";

/** Results before words were found for them. */
export type BeforeFindings = Omit<Results, "findings" | "caveats" | "sentence">;

/** The slowdown of one cell; undefined where the study has no such cell. */
export function slowdownOf({ cells }: Pick<Results, "cells">, size: string, arm: string, measure: string) {
  const cell = cells.find((candidate) => candidate.size === size && candidate.arm === arm);
  return cell?.slowdowns.find((slowdown) => slowdown.measure === measure);
}

/** A statistic of one cell; undefined where the study has no such cell. */
export function statisticAt<Of extends Bounded & { size: string; arm: string }>(
  statistics: readonly Of[],
  size: string,
  arm: string,
): Of | undefined {
  return statistics.find((candidate) => candidate.size === size && candidate.arm === arm);
}

/** The order in which words name arms: mask is the headline. */
const ORDER: readonly ArmFacts["method"][] = ["mask", "remove", "document", "none"];

/** Arms that filter by the classifier's scores. */
export function filteringArms({ arms }: Pick<Results, "arms">): ArmFacts[] {
  return sortedArms(arms.filter((arm) => arm.method !== "none" && !isControl(arm)));
}

/** Arms that tell what a number means. */
export function controlArms({ arms }: Pick<Results, "arms">): ArmFacts[] {
  return sortedArms(arms.filter(isControl));
}

function sortedArms(arms: readonly ArmFacts[]): ArmFacts[] {
  return [...arms].sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method));
}

/** Name of the arm that everything is compared with. */
export function baselineName({ arms }: Pick<Results, "arms">): string | undefined {
  return arms.find((arm) => arm.method === "none")?.name;
}

/** Every single domain that is forget or retain, forget first; all domains when none has a side. */
export function sidedMeasures({ measures }: Pick<Results, "measures">): Measure[] {
  const single = measures.filter((measure) => measure.domains.length === 1);
  const sided = single.filter((measure) => measure.role !== "other");
  const rank = ({ role }: Measure) => (role === "forget" ? 0 : 1);
  return (sided.length > 0 ? sided : single).sort((a, b) => rank(a) - rank(b));
}

/** Loss of a cell on a measure. @throws Error when the study has no such measure */
export function lossOf(cell: Results["cells"][number], measure: string): number {
  const loss = cell.losses.find((candidate) => candidate.measure === measure)?.value;
  if (loss === undefined || loss === null) throw new Error(`No loss on ${measure} for ${cell.arm} at ${cell.size}.`);
  return loss;
}

/** Sizes that every arm may be trained at; the others are baselines for the curve alone. */
export function ladderOf({ sizes }: Pick<Results, "sizes">): SizeFacts[] {
  return sizes.filter(({ isLadder }) => isLadder);
}

/** Cells of the ladder, in the order of sizes. */
export function ladderCells({ sizes, cells }: Pick<Results, "sizes" | "cells">): CellResult[] {
  const ladder = new Set(ladderOf({ sizes }).map(({ name }) => name));
  return cells.filter(({ size }) => ladder.has(size));
}

/** The measures that figures and tables show: single domains with a side, then those that pool a side. */
export function shownMeasures(results: Pick<Results, "measures">): Measure[] {
  const pooled = results.measures.filter(({ role, domains }) => role !== "other" && domains.length > 1);
  return [...sidedMeasures(results), ...pooled];
}
