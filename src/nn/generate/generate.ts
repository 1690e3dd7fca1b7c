/**
 * @file Generation: prompts in, what the model says after each out.
 *
 * A prompt's result depends on the prompt, the settings and the model alone. Prompts of about one length run together in
 * batches of a fixed shape, and each draws from a random stream of its own, named after its tokens: so one prompt alone,
 * many at once, and the same prompts in another order give the same.
 */

import { UserError } from "../../base/errors.js";
import { sha256 } from "../../base/hash.js";
import { random } from "../../base/random.js";
import type { Model } from "../checkpoint.js";
import { type CachedModel, cachedModel } from "./cached.js";
import { type Sampling, sample } from "./sampling.js";

export interface GenerateOptions extends Sampling {
  /** Tokens after the prompt, at most. */
  maxTokens: number;
  /** Tokens that end the text; they are not part of it. */
  stopIds: readonly number[];
  /** Tokens that are never chosen. */
  bannedIds?: readonly number[];
  seed: number;
}

/** GREEDY.temperature is 0: the seed does not matter. */
export const GREEDY = { temperature: 0, topP: 1, seed: 0 };

export interface Generation {
  /** What was said, without the token that ended it. */
  ids: Uint32Array;
  /** The stop token that ended it; undefined when room ran out: `maxTokens` or the model's context. */
  stoppedBy?: number;
}

export interface Generator {
  /**
   * Continues prompts.
   *
   * @param prompts - token ids, at least one each; a document starts with end-of-text, as in training
   * @returns one generation per prompt, in order
   * @throws UserError when a prompt is longer than the context
   */
  generate(
    prompts: readonly Uint32Array[],
    options: GenerateOptions,
    onDone?: (done: number) => void,
  ): Promise<Generation[]>;
  release(): Promise<void>;
}

/** Prompts are filled up to a multiple of this, so that few shapes are compiled. */
const LENGTH_STEP = 32;

/** A generator of a model in memory. @throws UserError for a model that reads from the end */
export function generator(
  model: Model,
  { threads = 1, batch = 16 }: { threads?: number; batch?: number } = {},
): Generator {
  const { config, direction } = model;
  if (direction === "reverse")
    throw new UserError("A reverse model reads each document from its end and cannot continue a text. Give another.");
  const compiled = new Map<string, Promise<CachedModel>>();
  const open = (time: number, capacity: number) => {
    const key = `${time}-${capacity}`;
    if (!compiled.has(key)) compiled.set(key, cachedModel(model, { batch, time, capacity }, threads));
    return compiled.get(key)!;
  };
  const roundUp = (tokens: number) => Math.min(config.context, Math.ceil(tokens / LENGTH_STEP) * LENGTH_STEP);

  return {
    async generate(prompts, options, onDone = () => {}) {
      const runs = streamsOf(prompts, options.seed).map((rng, index) => ({ index, prompt: prompts[index], rng }));
      const groups = new Map<number, typeof runs>();
      for (const run of runs) {
        checkLength(run.prompt, config.context);
        const time = roundUp(run.prompt.length);
        groups.set(time, [...(groups.get(time) ?? []), run]);
      }
      const results: Generation[] = new Array(prompts.length);
      let done = 0;
      for (const [time, group] of groups) {
        const cached = await open(time, roundUp(time + options.maxTokens));
        for (let start = 0; start < group.length; start += batch) {
          const rows = group.slice(start, start + batch);
          const made = await continueBatch(cached, rows, config, options);
          rows.forEach(({ index }, row) => {
            results[index] = made[row];
          });
          onDone((done += rows.length));
        }
      }
      return results;
    },
    async release() {
      for (const each of compiled.values()) await (await each).release();
      compiled.clear();
    },
  };
}

function checkLength({ length }: Uint32Array, context: number): void {
  if (length === 0) throw new Error("A prompt has no tokens");
  if (length > context)
    throw new UserError(`A prompt has ${length} tokens, the model's context is ${context}. Give a shorter prompt.`);
}

interface Run {
  prompt: Uint32Array;
  rng: ReturnType<typeof random>;
}

/** One random stream per prompt; equal prompts get different ones. */
function streamsOf(prompts: readonly Uint32Array[], seed: number) {
  const seen = new Map<string, number>();
  return prompts.map((prompt) => {
    const name = sha256(Uint8Array.from(new Uint8Array(Uint32Array.from(prompt).buffer)));
    const earlier = seen.get(name) ?? 0;
    seen.set(name, earlier + 1);
    return random(seed, `generate:${name}:${earlier}`);
  });
}

/** Runs one batch until every row has stopped or is full. */
async function continueBatch(
  cached: CachedModel,
  rows: readonly Run[],
  { context, vocabulary }: Model["config"],
  options: GenerateOptions,
): Promise<Generation[]> {
  const banned = new Set(options.bannedIds);
  const said: number[][] = rows.map(() => []);
  const stoppedBy: (number | undefined)[] = rows.map(() => undefined);
  const isOpen = rows.map(() => options.maxTokens > 0);
  let logits = await cached.read(rows.map(({ prompt }) => Int32Array.from(prompt)));
  while (isOpen.includes(true)) {
    const next = rows.map(({ prompt, rng }, row) => {
      if (!isOpen[row]) return undefined;
      const id = sample(logits.subarray(row * vocabulary, (row + 1) * vocabulary), options, banned, rng);
      if (options.stopIds.includes(id)) {
        stoppedBy[row] = id;
        isOpen[row] = false;
        return undefined;
      }
      said[row].push(id);
      // The last token that fits is said, but nothing comes after it.
      isOpen[row] = said[row].length < options.maxTokens && prompt.length + said[row].length <= context;
      return isOpen[row] ? id : undefined;
    });
    if (isOpen.includes(true)) logits = await cached.step(next);
  }
  return rows.map((_, row) => ({ ids: Uint32Array.from(said[row]), stoppedBy: stoppedBy[row] }));
}
