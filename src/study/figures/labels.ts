/** @file Labels beside line ends that do not cover each other, and ticks for logarithmic axes. */

/**
 * Moves positions apart until neighbours are `gap` pixels from each other, each as little as can be.
 * @returns the new positions, in the order given
 */
export function dodge(positions: readonly number[], gap: number): number[] {
  const order = positions.map((_, index) => index).sort((a, b) => positions[a] - positions[b]);
  const sorted = order.map((index) => positions[index]);
  const down = [...sorted];
  for (let i = 1; i < down.length; i++) down[i] = Math.max(down[i], down[i - 1] + gap);
  const up = [...sorted];
  for (let i = up.length - 2; i >= 0; i--) up[i] = Math.min(up[i], up[i + 1] - gap);
  // Both passes keep the gap, so does their mean, and it leaves each cluster where it was.
  const moved = positions.slice();
  order.forEach((index, rank) => {
    moved[index] = (down[rank] + up[rank]) / 2;
  });
  return moved;
}

/** As `dodge`, and within [top, bottom], as far as that has room for all. */
export function dodgeWithin(
  positions: readonly number[],
  gap: number,
  [top, bottom]: readonly [number, number],
): number[] {
  const moved = dodge(positions, gap);
  const order = moved.map((_, index) => index).sort((a, b) => moved[a] - moved[b]);
  order.forEach((index, rank) => {
    moved[index] = Math.min(moved[index], bottom - gap * (order.length - 1 - rank));
  });
  order.forEach((index, rank) => {
    moved[index] = Math.max(moved[index], top + gap * rank);
  });
  return moved;
}

/** Ticks 1, 2, 5 times powers of ten within a domain; only powers of ten when those are many. */
export function logTicks([from, to]: readonly [number, number], most = 8): number[] {
  const ticks = (steps: readonly number[]) => {
    const values: number[] = [];
    for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
      for (const step of steps) values.push(Number((step * 10 ** power).toPrecision(3)));
    }
    return values.filter((value) => value >= from && value <= to);
  };
  const candidates = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]].map(ticks);
  return candidates.find((values) => values.length <= most) ?? candidates[candidates.length - 1];
}

/** Evenly spaced round ticks within a domain of less than a decade, such as losses: 4.5, 5, 5.5. */
export function evenTicks([from, to]: readonly [number, number], most = 7): number[] {
  const unit = 10 ** Math.floor(Math.log10(to - from));
  const step = [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10].map((s) => s * unit).find((s) => (to - from) / s <= most)!;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(6)),
  );
}

/** Ticks of ratios on a logarithmic axis: round factors, or even steps where few of those lie within. */
export function ratioTicks(domain: readonly [number, number]): number[] {
  const ticks = logTicks(domain, 7);
  return ticks.length >= 3 ? ticks : evenTicks(domain, 5);
}

/** A logarithmic domain around values: a margin (in decades) below and above. */
export function logDomain(values: readonly number[], below: number, above = below): [number, number] {
  return [Math.min(...values) * 10 ** -below, Math.max(...values) * 10 ** above];
}

/** 1e13 -> "10¹³". */
export function powerOfTen(value: number): string {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const exponent = Math.round(Math.log10(value));
  return `10${[...String(exponent)].map((c) => (c === "-" ? "⁻" : digits[Number(c)])).join("")}`;
}
