/** @file Text for terminals: percentages, bars, tables, colour only where it is welcome, hostile text made harmless. */

/** 0.0123 -> "1.23 %"; what rounds to nothing but is something says so. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.005) return "<0.01 %";
  return `${value.toFixed(value >= 99.995 || value === 0 ? 0 : 2)} %`;
}
