/** @file How far two judges agree: Cohen's kappa and the table it comes from, unknowns counted apart. */
import { UNKNOWN_LABEL } from "../grade.js";

export interface Agreement {
  /** Called forget by both, by the first only, by the second only, by neither. */
  both: number;
  first: number;
  second: number;
  neither: number;
  /** Not known to one or both; not in the table. */
  unknown: number;
  /**
   * (observed agreement - agreement by chance) / (1 - agreement by chance): 1 is full agreement, 0 what chance gives.
   * Null where chance alone agrees always, or nothing is known.
   */
  kappa: number | null;
}

/** @param first - 1 forget, 0 retain, 255 unknown; `second` the same of the same things in the same order */
export function agreementOf(first: ArrayLike<number>, second: ArrayLike<number>): Agreement {
  if (first.length !== second.length) throw new Error(`${first.length} labels beside ${second.length}`);
  const counts = { both: 0, first: 0, second: 0, neither: 0, unknown: 0 };
  for (let index = 0; index < first.length; index++) {
    const [a, b] = [first[index], second[index]];
    if (a === UNKNOWN_LABEL || b === UNKNOWN_LABEL) counts.unknown++;
    else if (a === 1) counts[b === 1 ? "both" : "first"]++;
    else counts[b === 1 ? "second" : "neither"]++;
  }
  return { ...counts, kappa: kappaOf(counts) };
}

function kappaOf({ both, first, second, neither }: Omit<Agreement, "kappa" | "unknown">): number | null {
  const all = both + first + second + neither;
  const [byFirst, bySecond] = [both + first, both + second];
  // Multiplied by all x all, so that whole numbers decide whether chance agrees always.
  const chance = byFirst * bySecond + (all - byFirst) * (all - bySecond);
  if (chance === all * all) return null;
  return (all * (both + neither) - chance) / (all * all - chance);
}
