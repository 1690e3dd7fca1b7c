/**
 * @file Latents of documents: a model of ours or of other people, read at a hook, and a sparse autoencoder of any format.
 *
 * Nothing after this knows whose model it was: statistics, judges and the rule take activations of documents.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import {
  type DocumentActivations,
  encodeDocuments,
  type Hook,
  hookName,
  openLatentEncoder,
  openModel,
  parseHook,
  readSae,
  type SaeDefinition,
  streamIndex,
} from "../models/index.js";
import { tokenizerFingerprint } from "../tokens/index.js";
import { openAnnotator } from "./annotator.js";
import { readSaeConfig } from "./sae-files.js";

export interface LatentSource {
  /** Model directory, ours or Hugging Face's. */
  model: string;
  /** A model of ours that reads from the end, whose states are set beside the first's. */
  reverse?: string;
  /** SAE in any format `readSae` knows. */
  sae: string;
  /** Where it reads, e.g. "resid_post.31"; default: what its files say. */
  hook?: string;
}

export interface LatentReader {
  /** Latents of the autoencoder. */
  readonly latents: number;
  /** Fingerprint of the model's tokenizer, where it is one of ours. */
  readonly tokenizer: string | undefined;
  /** What is read where, for the manifest. */
  readonly about: { sae: SaeDefinition["format"]; hook: string; beginOfText: number | null };
  /**
   * Activations of documents, in order.
   *
   * @param documents - in the model's own tokens; BOS is added where the model needs one, and not among the results
   * @param keep - latents wanted; results number them in this order. Default: all
   */
  read(documents: readonly Uint32Array[], keep?: Uint32Array): AsyncGenerator<DocumentActivations>;
  release(): Promise<void>;
}

/** States of documents at one place. */
interface StateSource {
  width: number;
  bos: number | undefined;
  read(documents: readonly Uint32Array[]): AsyncIterable<{ document: number; states: Float32Array }>;
  release(): Promise<void>;
}

/** Opens model and autoencoder. @throws UserError when they do not fit together or the hook is not known */
export async function openLatents(source: LatentSource, threads = 1): Promise<LatentReader> {
  const definition = await readSae(source.sae);
  const hook = hookOf(source, definition);
  if (definition.format === "lacuna") requireOwnTokenizer(source);
  const states = source.reverse === undefined ? await single(source, hook, threads) : await pair(source, hook, threads);
  if (states.width !== definition.width) {
    await states.release();
    throw new UserError(
      `${source.sae} is for states of width ${definition.width}, ${source.model} ` +
        `${source.reverse ? `and ${source.reverse} have` : "has"} width ${states.width}. Give the model it was trained on.`,
    );
  }
  return {
    latents: definition.latents,
    tokenizer: existsSync(join(source.model, "specials.json")) ? tokenizerFingerprint(source.model) : undefined,
    about: { sae: definition.format, hook: hookName(hook), beginOfText: states.bos ?? null },
    async *read(documents, keep) {
      const encoder = openLatentEncoder(definition, { keep, threads });
      try {
        yield* encodeDocuments(states.read(documents), encoder);
      } finally {
        await encoder.release();
      }
    },
    release: () => states.release(),
  };
}

function hookOf({ hook, sae }: LatentSource, definition: SaeDefinition): Hook {
  const found = hook === undefined ? definition.hook : parseHook(hook);
  if (found) return found;
  const says = definition.hookName ? `names "${definition.hookName}", which is at no hook of ours` : "names no hook";
  throw new UserError(
    `${sae} ${says}. Give --hook, e.g. resid_post.31, and check it once: npx lacuna sae-check TEXT --model ... --sae ... --hook ...`,
  );
}

/** An SAE of ours says which tokenizer its model has. */
function requireOwnTokenizer({ sae, model, reverse }: LatentSource): void {
  const { tokenizer } = readSaeConfig(sae);
  for (const path of reverse ? [model, reverse] : [model]) {
    const own = tokenizerFingerprint(path);
    if (own !== tokenizer)
      throw new UserError(
        `${sae} was trained on a model with tokenizer ${tokenizer}, ${path} has ${own}. Give the model it was trained on.`,
      );
  }
}

async function single({ model }: LatentSource, hook: Hook, threads: number): Promise<StateSource> {
  const reader = await openModel(model, { threads, lastLayer: hook.layer });
  return {
    width: reader.width,
    bos: reader.bos.id,
    async *read(documents) {
      for await (const { document, states } of reader.read(documents, [hook])) yield { document, states: states[0] };
    },
    release: () => reader.release(),
  };
}

async function pair({ model, reverse, sae }: LatentSource, hook: Hook, threads: number): Promise<StateSource> {
  const annotator = await openAnnotator(model, reverse, threads);
  const layer = streamIndex(hook);
  if (layer === undefined || layer > annotator.layers) {
    await annotator.release();
    throw new UserError(
      `${sae} reads ${hookName(hook)}, ${model} and ${reverse} are read at resid_pre.L and resid_post.L of ${annotator.layers} blocks. Give the models it was trained on.`,
    );
  }
  return {
    width: annotator.width,
    bos: undefined,
    read: (documents) => annotator.read(documents, layer),
    release: () => annotator.release(),
  };
}
