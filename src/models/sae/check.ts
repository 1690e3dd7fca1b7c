/**
 * @file Is this autoencoder read at the right place? Its reconstruction at a hook and at the hooks beside it.
 *
 * An autoencoder rebuilds the states it was trained on better than those one block earlier or later. Reading it at the
 * wrong one gives activations that look like activations, of which nothing warns (the paper's reference did so).
 *
 * Real models carry a few tokens (the first of a text, above all) whose states are tens of times longer than the others'.
 * They hold most of the variance and pass through blocks unchanged, so with them every hook looks alike: tokens more
 * than 10 times as long as the median are left out, at all hooks alike, and counted.
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
  /**
   * right: the named hook is best; off-by-one: a neighbour is, clearly; undecided: a neighbour is by so little that it
   * means nothing; unexplained: even the best leaves most unexplained.
   */
  verdict: "right" | "off-by-one" | "undecided" | "unexplained";
  /** Tokens measured on. */
  tokens: number;
  /** Tokens left out for their length. */
  outliers: number;
}

/** Share of variance an autoencoder worth the name does not leave unexplained. */
const UNEXPLAINED = 0.75;
/** Share of the named hook's fvu by which a neighbour's must be lower to count. */
const MARGIN = 0.05;
/** Times the median length from which a state is left out. */
const OUTLIER = 10;
/** Tokens from which the median length is taken, before any is measured. */
const MEDIAN_TOKENS = 1000;
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
  let [tokens, outliers, waitingTokens] = [0, 0, 0];
  let waiting: Float32Array[][] = [];
  let longest: number[] | undefined;
  const measure = async () => {
    longest ??= hooks.map((_, at) => OUTLIER * medianLength(waiting, at, width));
    for (const states of waiting) {
      const isKept = ordinary(states, longest, width);
      const kept = isKept.reduce((count, value) => count + value, 0);
      outliers += isKept.length - kept;
      tokens += kept;
      for (const [at, all] of states.entries()) {
        const rows = keepRows(all, isKept, width);
        for (let start = 0; start < rows.length; start += ROWS * width) {
          const part = rows.subarray(start, start + ROWS * width);
          const active = await sae.encode(part);
          tallies[at].add(part, sae.decode(active, part), active.values.length);
        }
      }
    }
    [waiting, waitingTokens] = [[], 0];
    onProgress(tokens + outliers);
  };
  for await (const { states } of model.read(upTo(documents, most, model.bos.id), hooks)) {
    waiting.push(states);
    waitingTokens += states[0].length / width;
    if (longest || waitingTokens >= MEDIAN_TOKENS) await measure();
  }
  await measure();
  if (tokens < 2) throw new UserError("There are no tokens to measure on. Give some text.");
  const qualities = tallies.map((tally, index) => tally.quality(hookName(hooks[index])));
  const best = qualities.reduce((lowest, quality) => (quality.fvu < lowest.fvu ? quality : lowest));
  const named = hookName(hook);
  const own = qualities[hooks.indexOf(hook)];
  const isClear = best.fvu < (1 - MARGIN) * own.fvu;
  const beside = isClear ? "off-by-one" : "undecided";
  const verdict = best.fvu > UNEXPLAINED ? "unexplained" : best === own ? "right" : beside;
  return { hook: named, hooks: qualities, best: best.hook, verdict, tokens, outliers };
}

/** Length of row `row` of states. */
function lengthOf(states: Float32Array, row: number, width: number): number {
  let squares = 0;
  for (let index = row * width; index < (row + 1) * width; index++) squares += states[index] ** 2;
  return Math.sqrt(squares);
}

function medianLength(documents: readonly Float32Array[][], at: number, width: number): number {
  const lengths = documents.flatMap((states) =>
    Array.from({ length: states[at].length / width }, (_, row) => lengthOf(states[at], row, width)),
  );
  return Float64Array.from(lengths).sort()[lengths.length >> 1] ?? 0;
}

/** 1 for the tokens of a document that are of ordinary length at every hook. */
function ordinary(states: readonly Float32Array[], longest: readonly number[], width: number): Uint8Array {
  return Uint8Array.from({ length: states[0].length / width }, (_, row) =>
    states.every((all, at) => lengthOf(all, row, width) <= longest[at]) ? 1 : 0,
  );
}

function keepRows(states: Float32Array, isKept: Uint8Array, width: number): Float32Array {
  const rows = new Float32Array(isKept.reduce((count, value) => count + value, 0) * width);
  let to = 0;
  isKept.forEach((kept, row) => {
    if (kept) rows.set(states.subarray(row * width, (row + 1) * width), to++ * width);
  });
  return rows;
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
