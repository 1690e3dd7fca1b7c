/**
 * @file NumPy's .npz: a zip of .npy files, as Gemma Scope's first release comes in.
 *
 * yauzl reads the archive by its central directory, from disk, and holds every entry to the size it declares. Sizes are
 * capped before anything is unpacked: per file, in all, and as a multiple of the archive, because weights hardly
 * compress and an archive that claims they do is made to fill memory.
 */
import { statSync } from "node:fs";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { grouped, UserError } from "../../base/errors.js";
import { NpyValues, parseNpyHeader } from "./npy.js";
import { requireKnown } from "./shapes.js";

export interface NpzCaps {
  /** Bytes of all wanted arrays together. */
  bytes: number;
  /** Bytes unpacked per byte of archive, beyond the first MEGABYTES_FREE. */
  ratio: number;
}

const CAPS: NpzCaps = { bytes: 32 * 2 ** 30, ratio: 50 };
const FREE_BYTES = 16 * 2 ** 20;
const MAX_ENTRIES = 100;

export interface NpyArray {
  data: Float32Array<ArrayBuffer>;
  shape: number[];
}

/**
 * Reads named arrays as float32.
 *
 * @param names - without ".npy"
 * @throws UserError when one is missing or there are others, an array is of another kind, or the archive is not what it claims
 */
export async function readNpz<Name extends string>(
  path: string,
  names: readonly Name[],
  caps: Partial<NpzCaps> = {},
): Promise<Record<Name, NpyArray>> {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new UserError(`Cannot read ${path}: it is not there. Check the path.`);
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
    const entries = await wantedEntries(zip, path, names);
    requireSizes(path, Object.values<Entry>(entries), size, { ...CAPS, ...caps });
    const arrays: Partial<Record<Name, NpyArray>> = {};
    for (const name of names) arrays[name] = await readEntry(zip, entries[name], `${path}: ${name}`);
    return arrays as Record<Name, NpyArray>;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not a zip archive that can be read: ${(error as Error).message}. Get it again.`);
  } finally {
    zip?.close();
  }
}

async function wantedEntries<Name extends string>(zip: ZipFile, path: string, names: readonly Name[]) {
  if (zip.entryCount > MAX_ENTRIES) throw new UserError(`${path} holds ${zip.entryCount} files; weights are a few.`);
  const found = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (found.has(entry.fileName)) throw new UserError(`${path} holds ${entry.fileName} twice.`);
    found.set(entry.fileName, entry);
  }
  const missing = names.find((name) => !found.has(`${name}.npy`));
  if (missing) throw new UserError(`${path} has no array "${missing}"; it has ${[...found.keys()].join(", ")}.`);
  const arrays = [...found.keys()].map((file) => file.replace(/\.npy$/, ""));
  requireKnown(path, arrays, names, "Gemma Scope");
  return Object.fromEntries(names.map((name) => [name, found.get(`${name}.npy`)!])) as Record<Name, Entry>;
}

function requireSizes(path: string, entries: readonly Entry[], size: number, { bytes, ratio }: NpzCaps): void {
  const all = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  const allowed = Math.min(bytes, FREE_BYTES + ratio * size);
  if (all > allowed)
    throw new UserError(
      `${path} would unpack from ${grouped(size)} to ${grouped(all)} bytes, more than the ${grouped(allowed)} allowed.`,
    );
}

async function readEntry(zip: ZipFile, entry: Entry, name: string): Promise<NpyArray> {
  const stream = await zip.openReadStreamPromise(entry);
  let begun: Buffer = Buffer.alloc(0);
  let values: NpyValues | undefined;
  let shape: number[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) {
    if (values) {
      values.add(piece);
      continue;
    }
    begun = Buffer.concat([begun, piece]);
    const header = parseNpyHeader(begun, entry.uncompressedSize, name);
    if (!header) continue;
    values = new NpyValues(header, name);
    shape = header.shape;
    values.add(begun.subarray(header.dataStart));
  }
  if (!values) throw new UserError(`${name} ends before its header does.`);
  return { data: values.finish(), shape };
}
