/**
 * @file Is this autoencoder read at the right place? Its reconstruction at a hook and at the hooks beside it.
 *
 * An autoencoder rebuilds the states it was trained on better than those one block earlier or later. Reading it at the
 * wrong one gives activations that look like activations, of which nothing warns (the paper's reference did so).
 */
import { UserError } from "../../base/errors.js";
import { type Hook, hookName, hookOfHiddenState, requireHook, streamIndex } from "../hooks.js";
import type { HookedModel } from "../reader.js";
import type { Sae } from "./encode.js";

/** How well states at one hook are rebuilt. */
export interface HookQuality {
  hook: string;
  /** Fraction of variance unexplained: squared error over squared distance from the mean state. */
  fvu: number;
  /** 1 - fvu. */
  r2: number;
  /** Mean number of active latents per token. */
  l0: number;
}

export interface SaeCheck {
  /** The hook that was named. */
  hook: string;
  /** In the order of the model: the hook before, the named one, the one after, as far as there are any. */
  hooks: HookQuality[];
  /** Where fvu is lowest. */
  best: string;
  /** right: the named hook is best; off-by-one: a neighbour is; unexplained: even the best leaves most unexplained. */
  verdict: "right" | "off-by-one" | "unexplained";
  tokens: number;
}

/** Share of variance an autoencoder worth the name does not leave unexplained. */
const UNEXPLAINED = 0.75;
/** Tokens gathered before the autoencoder runs. */
const ROWS = 1024;

/** The hook one block earlier, the hook itself, the one a block later. */
export function neighbours(hook: Hook, layers: number): Hook[] {
  const at = streamIndex(hook);
  if (at === undefined)
    return [-1, 0, 1]
      .map((step) => ({ ...hook, layer: hook.layer + step }))
      .filter(({ layer }) => layer >= 0 && layer < layers);
  const around = [at - 1, at, at + 1].filter((index) => index >= 0 && index <= layers);
  return around.map((index) => (index === at ? hook : residualHook(index, hook.place, layers)));
}

/** The stream after `index` blocks, under the name that is like its neighbour's where both names exist. */
function residualHook(index: number, place: Hook["place"], layers: number): Hook {
  return place === "resid_post" && index > 0 ? { place, layer: index - 1 } : hookOfHiddenState(index, layers);
}

/**
 * Measures an autoencoder at a hook and its neighbours.
 *
 * @param documents - token ids; BOS is added by the model and not measured
 * @param tokens - stop after so many
 * @param onProgress - told the tokens measured so far
 * @throws UserError when the autoencoder is for states of another width, or there is no text
 */
export async function checkSae(
  model: HookedModel,
  sae: Sae,
  hook: Hook,
  documents: Iterable<Uint32Array>,
  { tokens: most = 20_000, onProgress = (_: number) => {} } = {},
): Promise<SaeCheck> {
  const { width } = sae.definition;
  if (width !== model.width)
    throw new UserError(
      `The autoencoder is for states of width ${width}, the model's have width ${model.width}. Give the model it was trained on.`,
    );
  requireHook(hook, model.readable, "The model");
  const hooks = neighbours(hook, model.layers).filter(
    (near) => (streamIndex(near) ?? near.layer + 1) <= model.readable,
  );
  const tallies = hooks.map(() => new Tally(width));
  let tokens = 0;
  for await (const { states } of model.read(upTo(documents, most, model.bos.id), hooks)) {
    for (const [index, all] of states.entries())
      for (let start = 0; start < all.length; start += ROWS * width) {
        const part = all.subarray(start, start + ROWS * width);
        const active = await sae.encode(part);
        tallies[index].add(part, sae.decode(active, part), active.values.length);
      }
    tokens += states[0].length / width;
    onProgress(tokens);
  }
  if (tokens < 2) throw new UserError("There are no tokens to measure on. Give some text.");
  const qualities = tallies.map((tally, index) => tally.quality(hookName(hooks[index])));
  const best = qualities.reduce((lowest, quality) => (quality.fvu < lowest.fvu ? quality : lowest));
  const named = hookName(hook);
  const verdict = best.fvu > UNEXPLAINED ? "unexplained" : best.hook === named ? "right" : "off-by-one";
  return { hook: named, hooks: qualities, best: best.hook, verdict, tokens };
}

/** Documents without their BOS, cut where enough tokens are reached. */
function* upTo(documents: Iterable<Uint32Array>, most: number, bos: number | undefined): Generator<Uint32Array> {
  let left = most;
  for (const document of documents) {
    if (left <= 0) return;
    const cut = document.subarray(bos !== undefined && document[0] === bos ? 1 : 0).subarray(0, left);
    left -= cut.length;
    if (cut.length > 0) yield cut;
  }
}

/** Sums of one hook. Distances are taken from the first state, so that a large common part costs no digits. */
class Tally {
  private tokens = 0;
  private active = 0;
  private error = 0;
  private squares = 0;
  private origin: Float32Array | undefined;
  private readonly sum: Float64Array;

  constructor(private readonly width: number) {
    this.sum = new Float64Array(width);
  }

  add(states: Float32Array, rebuilt: Float32Array, active: number): void {
    this.origin ??= states.slice(0, this.width);
    this.tokens += states.length / this.width;
    this.active += active;
    for (let index = 0; index < states.length; index++) {
      const column = index % this.width;
      const shifted = states[index] - this.origin[column];
      this.sum[column] += shifted;
      this.squares += shifted ** 2;
      this.error += (states[index] - rebuilt[index]) ** 2;
    }
  }

  quality(hook: string): HookQuality {
    const variance = this.squares - this.sum.reduce((all, value) => all + value ** 2, 0) / this.tokens;
    const fvu = this.error / Math.max(variance, Number.MIN_VALUE);
    return { hook, fvu, r2: 1 - fvu, l0: this.active / this.tokens };
  }
}
