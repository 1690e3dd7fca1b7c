/** @file How numbers are written for people: in the sentence, the table, the figures and the report alike. */
import type { Bounded, Estimate } from "./results.js";

/** 0.962 -> "0.96", 7.53 -> "7.5", 23.4 -> "23": two significant digits, never scientific below a million. */
export function significant(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  if (decimals > 0) return value.toFixed(Math.min(decimals, 6));
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - digits);
  return (Math.round(value / unit) * unit).toLocaleString("en-US");
}

/** A ratio: 0.9623 -> "0.96", 1.043 -> "1.04", 7.53 -> "7.5", 23.4 -> "23". Finer near 1, where "no effect" lies. */
export function ratio(value: number): string {
  return value >= 0.1 && value < 1.995 ? value.toFixed(2) : significant(value);
}

/** 23.4 -> "23×"; null -> "–". */
export function times(value: number | null): string {
  return value === null ? "–" : `${ratio(value)}×`;
}

/** Interval of a ratio, "[18, 29]", "[18, …)" where an end is open; empty without one. */
export function interval({ low, high }: Pick<Estimate, "low" | "high">): string {
  if (low === null && high === null) return "";
  return `${low === null ? "(…" : `[${ratio(low)}`}, ${high === null ? "…)" : `${ratio(high)}]`}`;
}

/** A ratio that may be known by a bound only: "4.1×", "≥ 6.2×", "≤ 0.94×", "–". */
export function bounded({ value, atLeast, atMost }: Pick<Bounded, "value" | "atLeast" | "atMost">): string {
  if (value !== null) return times(value);
  if (atLeast !== null) return `≥ ${times(atLeast)}`;
  return atMost === null ? "–" : `≤ ${times(atMost)}`;
}

/** A ratio with its interval: "4.1× [3.5, 4.9]". */
export function boundedInterval(value: Bounded): string {
  return `${bounded(value)} ${interval(value)}`.trim();
}

/** The ratio whose logarithm is given. */
export function expOf({ value, atLeast, atMost, low, high }: Bounded): Bounded {
  const exp = (log: number | null) => (log === null ? null : Math.exp(log));
  return { value: exp(value), atLeast: exp(atLeast), atMost: exp(atMost), low: exp(low), high: exp(high) };
}

/** 920000 -> "0.92 M", 61e6 -> "61 M", 1.8e9 -> "1.8 B". */
export function parameterLabel(parameters: number): string {
  return parameters >= 1e9 ? `${significant(parameters / 1e9)} B` : `${significant(parameters / 1e6)} M`;
}

/** 0.0834 -> "8.3 %". */
export function percent(share: number | null): string {
  return share === null ? "–" : `${significant(100 * share)} %`;
}

/** 1234567 -> "1.2 M", 2000000 -> "2 M", 45678 -> "46 k". */
export function compactCount(count: number): string {
  const short = (value: number) => significant(value).replace(/\.0$/, "");
  if (count >= 1e9) return `${short(count / 1e9)} B`;
  if (count >= 1e6) return `${short(count / 1e6)} M`;
  return count >= 1e4 ? `${short(count / 1e3)} k` : Math.round(count).toLocaleString("en-US");
}

/** ["a", "b", "c"] -> "a, b and c". */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** 1.6e13 -> "1.6e13". */
export function scientific(value: number): string {
  return value.toExponential(1).replace("e+", "e");
}
