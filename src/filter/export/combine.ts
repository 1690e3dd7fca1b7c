/**
 * @file Several policies over the same inputs, taken together.
 *
 * A document is dropped when any policy drops it; a token is removed when any remove policy marks it, masked when any
 * mask or remove policy does. What cannot be said by one fixed corpus is refused here, before anything is written.
 */
import { UserError } from "../../base/errors.js";
import { requireSameInputs } from "../policies/scan.js";
import type { PolicySet } from "../policies/types.js";
import type { Policy } from "../policy.js";

export type Replacement = Policy["replacement"];

/** What stands in place of removed tokens under all policies of a set. @throws UserError when they do not agree */
export function replacementOf(set: PolicySet): Replacement {
  const removing = set.policies.filter(({ policy }) => policy.method === "remove");
  const wanted = [...new Set(removing.map(({ policy }) => policy.replacement))];
  if (wanted.length > 1) {
    throw new UserError(
      `The remove policies put different things in place of what they remove: ${wanted.join(", ")}. Give them the same --replacement.`,
    );
  }
  return wanted[0] ?? "hidden";
}

/** @throws UserError when the policies cannot be exported as one fixed corpus, or are over different inputs */
export function checkPolicies(set: PolicySet): void {
  if (set.policies.length === 0) throw new UserError("There is no policy to export. Make one with: npx lacuna filter");
  replacementOf(set);
  for (const { policy } of set.policies) {
    if (policy.startAt > 0) {
      throw new UserError(
        `The policy for ${policy.domain} starts at ${policy.startAt} of training, but an export is one fixed corpus. Export a policy with --start-at 0 and one with --method none, and switch between the two in your trainer.`,
      );
    }
  }
  requireSameInputs(set.policies.map(({ scored }) => scored));
}

/**
 * The highest of several arrays, element by element; of marks, 1 where any is.
 * @param arrays - each of shape [length]; of one alone that array itself is returned, not a copy
 */
export function highest(length: number, arrays: readonly Uint8Array[]): Uint8Array {
  if (arrays.length === 1) return arrays[0];
  const most = new Uint8Array(length);
  for (const array of arrays) for (let i = 0; i < length; i++) if (array[i] > most[i]) most[i] = array[i];
  return most;
}
