/**
 * @file Which questions are asked again, and how.
 *
 * A question whose answer can be read is never asked again. One that was refused, cut or answered with nonsense is asked
 * again by the next run, once. Within a run only what helps is repeated at once: an empty answer, and one that was cut,
 * with room for a longer answer. A model whose thinking eats the room of every answer is given the larger one from then on.
 */
import type { Call } from "./call.js";
import type { StoredAnswer } from "./ledger.js";
import type { Answer } from "./types.js";

/** Answers cut one after another until the larger room is given at once. */
const CUT_IN_A_ROW = 3;

export class Repeats {
  private readonly tried = new Set<string>();
  private readonly repeated = new Set<string>();
  private cutInARow = 0;

  /** The call as this run asks it first; undefined when it is answered, or has been asked by this run. */
  first(call: Call, latest: StoredAnswer | undefined): Call | undefined {
    if (latest && (!call.problem?.(latest) || call.isAskedOnce)) return undefined;
    if (this.tried.has(call.key)) return undefined;
    this.tried.add(call.key);
    const wasCut = latest?.stop === "length" && (latest.limit ?? call.maxTokens) >= call.maxTokens;
    return wasCut ? (call.larger?.() ?? call) : call;
  }

  /** The call with the room that answers of this run turned out to need. */
  fitted(call: Call): Call {
    return this.cutInARow >= CUT_IN_A_ROW && call.problem ? (call.larger?.() ?? call) : call;
  }

  /** The call to put at once after this answer, at most once; undefined when the answer stands. */
  next(call: Call, answer: Answer): Call | undefined {
    const isCut = answer.stop === "length" && call.problem?.(answer) !== undefined;
    if (call.larger && this.cutInARow < CUT_IN_A_ROW) this.cutInARow = isCut ? this.cutInARow + 1 : 0;
    if (call.isAskedOnce || this.repeated.has(call.key) || !call.problem?.(answer)) return undefined;
    const again = isCut ? call.larger?.() : answer.text.trim() === "" && answer.stop !== "refusal" ? call : undefined;
    if (again) this.repeated.add(call.key);
    return again;
  }
}
