/**
 * @file muP: how each parameter starts and how fast it learns as a function of width (paper A.2; the table of
 * Yang et al. 2022 for Adam, with tied embeddings).
 *
 *   parameter            initial SD             learning rate   decay
 *   tied embedding       0.02                   eta             yes
 *   qkv, MLP in          0.02 / sqrt(m)         eta / m         yes
 *   attention / MLP out  0.02 / sqrt(2 L m)     eta / m         yes
 *   norm gains           1 (constant)           eta             no
 *   logits               multiplied by 1 / m, in gpt.ts
 *
 * with m = width / baseWidth. baseWidth is 64 by default (the paper: 256): the table changes nothing at the base, so it
 * belongs in the middle of the widths one trains, and two cores train widths 32 to 256.
 */
import { random } from "../base/random.js";
import { blockNames, EMBEDDING, type GptConfig, gptShapes, widthMultiplier } from "./config.js";

/** Parameter values by name; matrices are [in, out]. */
export type Parameters = Record<string, Float32Array<ArrayBuffer>>;

/** How one parameter starts and learns. */
export interface ParameterRule {
  shape: number[];
  /** Standard deviation of the normal it is drawn from; "ones" for a norm gain. */
  start: number | "ones";
  /** Factor on the learning rate of the step. */
  learningRate: number;
  decays: boolean;
}

/** The muP table for one model. */
export function parameterRules(config: GptConfig): Record<string, ParameterRule> {
  const m = widthMultiplier(config);
  const starts = new Map<string, number>([[EMBEDDING, 0.02]]);
  for (let layer = 0; layer < config.layers; layer++) {
    const { query, key, value, mlpIn, attentionOut, mlpOut } = blockNames(layer);
    for (const name of [query, key, value, mlpIn]) starts.set(name, 0.02 / Math.sqrt(m));
    for (const name of [attentionOut, mlpOut]) starts.set(name, 0.02 / Math.sqrt(2 * config.layers * m));
  }
  const rule = ([name, shape]: [string, number[]]): [string, ParameterRule] => [
    name,
    {
      shape,
      start: starts.get(name) ?? "ones",
      learningRate: starts.has(name) && name !== EMBEDDING ? 1 / m : 1,
      decays: starts.has(name),
    },
  ];
  return Object.fromEntries(Object.entries(gptShapes(config)).map(rule));
}

/** Fresh parameters. Each has a random stream of its own, so one model's layer does not depend on another's size. */
export function initialise(config: GptConfig, seed: number): Parameters {
  const values = Object.entries(parameterRules(config)).map(([name, { shape, start }]) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    if (start === "ones") return [name, data.fill(1)];
    const { normal } = random(seed, `initialise:${name}`);
    return [name, data.map(() => start * normal())];
  });
  return Object.fromEntries(values);
}
