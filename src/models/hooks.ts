/**
 * @file Hooks: named places in a model where states are read.
 *
 * Blocks are counted from 0. With L blocks, transformers' `hidden_states` (a tuple of L + 1) is
 *
 *   hidden_states[k] = resid_pre.k = resid_post.(k - 1)    for k < L   (resid_pre.0 is the embedding)
 *   hidden_states[L] = final norm of resid_post.(L - 1)    the state of the last block itself is not in the tuple
 *
 * A sparse autoencoder "of layer 31" reads resid_post.31 = hidden_states[32]; the paper's reference gave it
 * hidden_states[31], one block too early.
 */
import { UserError } from "../base/errors.js";

const PLACES = ["resid_pre", "resid_post", "attn_out", "mlp_out"] as const;
export type Place = (typeof PLACES)[number];

/** `resid_pre` and `resid_post`: the residual stream before and after block `layer`; the others: what is added to it. */
export interface Hook {
  place: Place;
  layer: number;
}

/** "resid_post.31". */
export function hookName({ place, layer }: Hook): string {
  return `${place}.${layer}`;
}

/** "resid_post.31" to a hook. @throws UserError when it is not one */
export function parseHook(name: string): Hook {
  const match = /^(resid_pre|resid_post|attn_out|mlp_out)\.(\d{1,4})$/.exec(name);
  if (!match)
    throw new UserError(`"${name}" is not a hook. Hooks are ${PLACES.map((place) => `${place}.L`).join(", ")}.`);
  return { place: match[1] as Place, layer: Number(match[2]) };
}

/** A hook as other tools write it, or undefined when it is at another place than ours. */
export function foreignHook(name: string): Hook | undefined {
  const lens = /^blocks\.(\d{1,4})\.hook_(resid_pre|resid_post|attn_out|mlp_out)$/.exec(name);
  if (lens) return { place: lens[2] as Place, layer: Number(lens[1]) };
  const module = /^(?:model\.layers|gpt_neox\.layers|transformer\.h)\.(\d{1,4})(?:\.output)?$/.exec(name);
  if (module) return { place: "resid_post", layer: Number(module[1]) };
  return undefined;
}

/** The hook of `hidden_states[index]`, 0 to L; at L the state before the final norm. */
export function hookOfHiddenState(index: number, layers: number): Hook {
  return index < layers ? { place: "resid_pre", layer: index } : { place: "resid_post", layer: index - 1 };
}

/** Where in the stream a residual hook is: blocks run before it, 0 to L. Undefined for the other places. */
export function streamIndex({ place, layer }: Hook): number | undefined {
  return place === "resid_pre" ? layer : place === "resid_post" ? layer + 1 : undefined;
}

/** Blocks that must be run to read it. */
export function blocksNeeded(hook: Hook): number {
  return streamIndex(hook) ?? hook.layer + 1;
}

/** @throws UserError when the model, of which `layers` blocks can be run, has no such place */
export function requireHook(hook: Hook, layers: number, model: string): void {
  if (hook.layer >= layers)
    throw new UserError(`${model} has no ${hookName(hook)}: its blocks are 0 to ${layers - 1}. Give another hook.`);
}
