/**
 * @file The live line: what runs, how fast, how long still.
 *
 * On a terminal it is one line rewritten in place; elsewhere (a log, CI) a plain line every ten seconds. It goes to
 * stderr, so that stdout stays clean for results.
 */
import type { ProgressUpdate } from "../base/progress.js";

/** 83 -> "1:23"; 4210 -> "1:10:10". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** 1234567 -> "1.23M": three digits that fit a moving line. */
export function compact(value: number): string {
  const [divisor, suffix] = value >= 1e9 ? [1e9, "G"] : value >= 1e6 ? [1e6, "M"] : value >= 1e3 ? [1e3, "k"] : [1, ""];
  const scaled = value / divisor;
  return `${scaled >= 100 || divisor === 1 ? Math.round(scaled) : scaled.toPrecision(3)}${suffix}`;
}

export interface LiveLine {
  /** Replaces the moving line. */
  show(text: string): void;
  /** Prints a line that stays, above the moving one. */
  print(text: string): void;
  /** Removes the moving line. */
  clear(): void;
}

/** Plain logs get the moving line at most this often. */
const PLAIN_EVERY_MS = 10_000;

export function liveLine(stream: NodeJS.WriteStream = process.stderr): LiveLine {
  let lastPlain = performance.now();
  const erase = stream.isTTY ? "\r\x1b[2K" : "";
  return {
    show(text) {
      if (stream.isTTY) stream.write(erase + text.slice(0, (stream.columns ?? 100) - 1));
      else if (performance.now() - lastPlain >= PLAIN_EVERY_MS) {
        lastPlain = performance.now();
        stream.write(`${text}\n`);
      }
    },
    print: (text) => void stream.write(`${erase}${text}\n`),
    clear: () => void stream.write(erase),
  };
}

/** "label: 12k of 40k documents, 1.9k/s, 0:15 left" from one stage's progress. */
export function describeProgress(title: string, update: ProgressUpdate, secondsSinceStart: number): string {
  const { done, total, unit, detail } = update;
  const rate = done / Math.max(secondsSinceStart, 1e-3);
  const parts = [`${title}: ${compact(done)}${total === undefined ? "" : ` of ${compact(total)}`} ${unit}`];
  if (secondsSinceStart > 1 && done > 0) parts.push(`${compact(rate)}/s`);
  if (detail) parts.push(detail);
  if (total !== undefined && done > 0 && secondsSinceStart > 1) parts.push(`${clock((total - done) / rate)} left`);
  return parts.join(", ");
}
