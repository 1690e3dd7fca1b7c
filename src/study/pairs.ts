/**
 * @file Which cells are compared: an arm of the classifier's with its controls, and token filtering with documents.
 *
 * Both of a pair are of one size. A control is matched by its method: what a mask does beside what any mask does.
 */
import { isControl } from "./arms.js";
import type { ArmFacts } from "./results.js";

interface Cell {
  arm: ArmFacts;
  size: { name: string };
}

/** [cell, what it is compared with], in the order of cells. */
export function pairsOf<One extends Cell>(cells: readonly One[]): [One, One][] {
  return cells.flatMap((cell) =>
    isControl(cell.arm)
      ? []
      : cells
          .filter((other) => other.size.name === cell.size.name && isCompared(cell.arm, other.arm))
          .map((other): [One, One] => [cell, other]),
  );
}

function isCompared(arm: ArmFacts, other: ArmFacts): boolean {
  if (isControl(other)) return other.method === arm.method;
  return arm.method !== "document" && other.method === "document";
}
