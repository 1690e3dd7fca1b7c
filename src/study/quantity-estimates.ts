/**
 * @file From a quantity and its resamples to a number with an interval, or to what is known where there is no number.
 */
import { quantile } from "./bootstrap.js";
import type { Between } from "./curve.js";
import type { Quantity } from "./quantities.js";
import type { Bounded } from "./results.js";

/** A quantity with its interval. */
export type BoundedQuantity = Quantity & { bounded: Bounded };

/** Of the resamples, those that may have no value at all before the interval has none. */
const MOST_MISSING = 0.05;
const TAIL = 0.025;

/**
 * @param observed - from the losses as measured
 * @param draws - the same quantity of every resample
 * @returns the interval's ends are the lower ends' 2.5 % and the upper ends' 97.5 % quantile; open ones are null
 */
export function estimateOf(observed: Between, draws: readonly Between[]): Bounded {
  const isExact = observed.low === observed.high;
  const known = draws.filter(({ low, high }) => !Number.isNaN(low) && !Number.isNaN(high));
  const isThere = known.length > 0 && known.length >= (1 - MOST_MISSING) * draws.length;
  const sorted = (pick: (draw: Between) => number) => Float64Array.from(known, pick).sort();
  return {
    value: isExact ? closed(observed.low) : null,
    atLeast: isExact ? null : closed(observed.low),
    atMost: isExact ? null : closed(observed.high),
    low: isThere
      ? closed(
          quantile(
            sorted(({ low }) => low),
            TAIL,
          ),
        )
      : null,
    high: isThere
      ? closed(
          quantile(
            sorted(({ high }) => high),
            1 - TAIL,
          ),
        )
      : null,
  };
}

/** Null for an open end: an infinity, or a ratio of which nothing but its sign is known. */
function closed(value: number): number | null {
  return Number.isFinite(value) && value !== 0 ? value : null;
}
