import { describe, expect, it } from "vitest";
import {
  bounded,
  boundedInterval,
  compactCount,
  expOf,
  interval,
  listed,
  parameterLabel,
  ratio,
  significant,
  times,
} from "./format.js";

describe("numbers for people", () => {
  it("have two significant digits, never more than were asked for", () => {
    expect([0, 0.0123, 0.96, 7.53, 23.4, 1234.5].map((value) => significant(value))).toEqual([
      ...["0", "0.012", "0.96", "7.5", "23", "1,200"],
    ]);
    expect(significant(Number.NaN)).toBe("–");
  });

  it("are finer near 1 when they are ratios, and alike on both sides of it", () => {
    expect([0.962, 0.998, 1, 1.043, 1.96, 2.04, 23.4].map(ratio)).toEqual([
      ...["0.96", "1.00", "1.00", "1.04", "1.96", "2.0", "23"],
    ]);
    expect(times(null)).toBe("–");
    expect(interval({ low: 0.9, high: 12.3 })).toBe("[0.90, 12]");
    expect(interval({ low: null, high: null })).toBe("");
  });

  it("show a bound as a bound, and an open end as open", () => {
    const none = { value: null, atLeast: null, atMost: null, low: null, high: null };
    expect([
      bounded({ ...none, value: 4.12 }),
      bounded({ ...none, atLeast: 6.2 }),
      bounded({ ...none, atMost: 0.94 }),
      bounded(none),
    ]).toEqual(["4.1×", "≥ 6.2×", "≤ 0.94×", "–"]);
    expect(interval({ low: 2.1, high: null })).toBe("[2.1, …)");
    expect(interval({ low: null, high: 1 })).toBe("(…, 1.00]");
    expect(boundedInterval({ ...none, atLeast: 6.2, low: 5 })).toBe("≥ 6.2× [5.0, …)");
    expect(expOf({ ...none, value: 0, low: Math.log(0.5), high: Math.log(2) })).toEqual({
      ...{ ...none, value: 1 },
      ...{ low: 0.5, high: 2 },
    });
  });

  it("shorten counts and model sizes", () => {
    expect([920_000, 61e6, 1.8e9].map(parameterLabel)).toEqual(["0.92 M", "61 M", "1.8 B"]);
    expect([999, 45_678, 2e6, 1_234_567].map(compactCount)).toEqual(["999", "46 k", "2 M", "1.2 M"]);
  });

  it("join words as one says them", () => {
    expect([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])]).toEqual([
      ...["", "a", "a and b", "a, b and c"],
    ]);
  });
});
