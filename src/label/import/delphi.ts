/**
 * @file Activations cached by delphi (EleutherAI): one folder per hook, one safetensors file per range of latents.
 *
 * START_END.safetensors holds `locations` [n, 3] (row, position, latent less START; uint16, uint32 or int64),
 * `activations` [n] (usually half precision) and, unless left out, `tokens` [rows, time], the same in every file. A row
 * is a document here. Files come from outside: ranges must not overlap, locations must lie inside them.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files.js";
import { readSafetensors, type StoredTensor } from "../../base/safetensors.js";
import type { SparseActivations } from "../../models/index.js";
import { openSafetensors } from "../../models/weights.js";
import type { ContextOptions } from "../calibrate.js";
import { contextOf, Firings } from "../contexts.js";
import { specialMask } from "../documents.js";
import type { LatentEvidence } from "../judge.js";
import { LatentStatistics } from "../statistics.js";

/** Latents first..last (last included), in one file. */
export interface DelphiSplit {
  path: string;
  first: number;
  last: number;
}

export interface DelphiCache {
  /** In order, without overlap. */
  splits: readonly DelphiSplit[];
  /** The rows the model read. */
  documents: readonly Uint32Array[];
  /** The model, where config.json names it. */
  model: string | undefined;
  /** Activations of a file's latents in every document, in order; `latents` count from the split's first. */
  read(split: DelphiSplit): SparseActivations[];
}

/** Opens the folder of one hook. @throws UserError naming the file and what does not fit */
export function openDelphi(directory: string): DelphiCache {
  const splits = findSplits(directory);
  const documents = readRows(splits[0].path);
  const config = join(directory, "config.json");
  const settings = z.looseObject({ model_name: z.string().optional() });
  return {
    splits,
    documents,
    model: existsSync(config) ? readJson(config, settings).model_name : undefined,
    read: (split) => readSplit(split, documents),
  };
}

/**
 * What is known of each latent, file by file: statistics over all ordinary tokens, contexts as `calibrate` takes them.
 *
 * @param specials - token ids that never count, BOS among them
 */
export function* delphiEvidence(
  cache: DelphiCache,
  specials: ReadonlySet<number>,
  { decode, contexts, reach, seed }: ContextOptions & { decode: (ids: Uint32Array) => string },
): Generator<LatentEvidence> {
  const masks = cache.documents.map((tokens) => specialMask(tokens, specials));
  for (const split of cache.splits) {
    const count = split.last - split.first + 1;
    const [statistics, firings] = [new LatentStatistics(count), new Firings(count, contexts, seed)];
    const rows = cache.read(split);
    for (const [document, active] of rows.entries()) firings.add(document, active, masks[document]);
    for (let start = 0; start < rows.length; start += ROWS_PER_BLOCK)
      statistics.add(...joined(rows.slice(start, start + ROWS_PER_BLOCK), masks.slice(start, start + ROWS_PER_BLOCK)));
    const [sd, frequency] = [statistics.standardDeviation(), statistics.frequency()];
    for (let latent = 0; latent < count; latent++)
      yield {
        latent: split.first + latent,
        mean: statistics.mean[latent],
        sd: sd[latent],
        frequency: frequency[latent],
        contexts: firings.evidence(latent).map((firing) => {
          const tokens = cache.documents[firing.document];
          const text = (from: number, to: number) => decode(tokens.subarray(from, to));
          return contextOf(firing, masks[firing.document], text, reach);
        }),
      };
  }
}

/** Statistics look at every latent once per block, so blocks are many rows. */
const ROWS_PER_BLOCK = 256;

function findSplits(directory: string): DelphiSplit[] {
  if (!existsSync(directory)) throw new UserError(`${directory} is not there. Give the folder of one hook.`);
  const splits = readdirSync(directory).flatMap((file): DelphiSplit[] => {
    const match = /^(\d{1,9})_(\d{1,9})\.safetensors$/.exec(file);
    return match ? [{ path: join(directory, file), first: Number(match[1]), last: Number(match[2]) }] : [];
  });
  splits.sort((a, b) => a.first - b.first);
  if (splits.length === 0)
    throw new UserError(`${directory} has no START_END.safetensors. Give the folder of one hook in delphi's cache.`);
  const bad = splits.find(({ first, last }, index) => last < first || (index > 0 && first <= splits[index - 1].last));
  if (bad) throw new UserError(`${bad.path} has latents that another file has too, or none. Make the cache again.`);
  return splits;
}

function readRows(path: string): Uint32Array[] {
  const { tokens } = readSafetensors(path, ["tokens"]).tensors;
  const [rows, time] = tokens.shape;
  if (tokens.shape.length !== 2) throw new UserError(`${path}: tokens has shape [${tokens.shape}], not [rows, time].`);
  const ids = integers(path, "tokens", tokens);
  return Array.from({ length: rows }, (_, row) => ids.slice(row * time, (row + 1) * time));
}

/** @throws UserError for another type, or a value below 0 or above 32 bits */
function integers(path: string, name: string, { data }: StoredTensor): Uint32Array {
  if (data instanceof Uint32Array) return data;
  if (data instanceof Float32Array || data instanceof Float64Array)
    throw new UserError(`${path}: ${name} holds fractions, not whole numbers.`);
  const values = new Uint32Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const value = Number(data[index]);
    if (value < 0 || value > 0xffff_ffff) throw new UserError(`${path}: ${name} has the value ${value}.`);
    values[index] = value;
  }
  return values;
}

function readSplit({ path, first, last }: DelphiSplit, documents: readonly Uint32Array[]): SparseActivations[] {
  const stored = readSafetensors(path, ["locations"]).tensors.locations;
  const count = stored.shape[0];
  if (stored.shape.length !== 2 || stored.shape[1] !== 3)
    throw new UserError(`${path}: locations has shape [${stored.shape}], not [n, 3].`);
  const locations = integers(path, "locations", stored);
  const file = openSafetensors([path]);
  const values = file.read("activations", [count]);
  file.close();
  const time = documents[0]?.length ?? 0;
  // Entries are put in order of row and position by counting, whatever order they came in.
  const offsets = new Uint32Array(documents.length * time + 1);
  for (let entry = 0; entry < count; entry++) {
    const [row, position, latent] = locations.subarray(3 * entry, 3 * entry + 3);
    if (row >= documents.length || position >= time || latent > last - first)
      throw new UserError(
        `${path}: location ${entry} is row ${row}, position ${position}, latent ${latent}; there are ` +
          `${documents.length} rows of ${time} tokens and ${last - first + 1} latents.`,
      );
    offsets[row * time + position + 1]++;
  }
  for (let token = 1; token < offsets.length; token++) offsets[token] += offsets[token - 1];
  const next = offsets.slice(0, -1);
  const latents = new Uint32Array(count);
  const ordered = new Float32Array(count);
  for (let entry = 0; entry < count; entry++) {
    const at = next[locations[3 * entry] * time + locations[3 * entry + 1]]++;
    latents[at] = locations[3 * entry + 2];
    ordered[at] = values[entry];
  }
  return documents.map((_, row) => {
    const [from, to] = [offsets[row * time], offsets[(row + 1) * time]];
    return {
      offsets: offsets.slice(row * time, (row + 1) * time + 1).map((offset) => offset - from),
      latents: latents.subarray(from, to),
      values: ordered.subarray(from, to),
    };
  });
}

/** Several documents as one block. */
function joined(rows: readonly SparseActivations[], masks: readonly Uint8Array[]): [SparseActivations, Uint8Array] {
  const tokens = masks.reduce((sum, mask) => sum + mask.length, 0);
  const entries = rows.reduce((sum, { values }) => sum + values.length, 0);
  const block = {
    offsets: new Uint32Array(tokens + 1),
    latents: new Uint32Array(entries),
    values: new Float32Array(entries),
  };
  const isSpecial = new Uint8Array(tokens);
  let [token, entry] = [0, 0];
  rows.forEach(({ offsets, latents, values }, index) => {
    const base = entry;
    offsets.subarray(1).forEach((offset, position) => {
      block.offsets[token + position + 1] = base + offset;
    });
    block.latents.set(latents, entry);
    block.values.set(values, entry);
    isSpecial.set(masks[index], token);
    token += masks[index].length;
    entry += values.length;
  });
  return [block, isSpecial];
}
