/** @file Looking things up in results: cells, slowdowns, arms and roles. */
import type { Method, Results } from "./results.js";

/** Results before words were found for them. */
export type BeforeFindings = Omit<Results, "findings" | "caveats" | "sentence">;

/** The slowdowns quoted in words: the log-log line, as in the paper. */
export const QUOTED: Method = "fit";

/** The quoted slowdown of one cell; undefined where the study has no such cell. */
export function slowdownOf(results: BeforeFindings, size: string, arm: string, measure: string, method = QUOTED) {
  const cell = results.cells.find((candidate) => candidate.size === size && candidate.arm === arm);
  return cell?.slowdowns.find((slowdown) => slowdown.measure === measure && slowdown.method === method);
}

/** Arms that filter, strongest method first: the order in which words name them. */
export function filteringArms({ arms }: Pick<Results, "arms">): Results["arms"] {
  const order = ["remove", "mask", "document"];
  return arms.filter((arm) => arm.method !== "none").sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
}

/** Name of the arm that everything is compared with. */
export function baselineName({ arms }: Pick<Results, "arms">): string | undefined {
  return arms.find((arm) => arm.method === "none")?.name;
}
