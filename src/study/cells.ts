/** @file Looking things up in results: cells, slowdowns, arms and roles. */
import type { Measure, Method, Results } from "./results.js";

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
