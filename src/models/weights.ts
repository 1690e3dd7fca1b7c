/**
 * @file Weights of a Hugging Face directory, read tensor by tensor when they are needed.
 *
 * model.safetensors, or the shards that model.safetensors.index.json names. Only headers are read when it is opened;
 * a tensor, or some rows of one, is fetched by its offset and made float32. Files come from outside: shard names must be
 * plain file names beside the index, shapes are checked by who asks, values must be finite.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files.js";
import { type HeaderEntry, headerLength, parseHeader } from "../base/safetensors-header.js";
import { FLOAT_BYTES, FLOAT_DTYPES, type FloatDtype, widen } from "./floats.js";

export interface WeightStore {
  /** All tensors. */
  readonly names: readonly string[];
  /** Whether there is such a tensor. */
  has(name: string): boolean;
  /** Its shape, from the header. @throws UserError when there is none or it is not of floating point */
  shape(name: string): readonly number[];
  /** A whole tensor. @throws UserError when its shape is another or a value is not finite */
  read(name: string, shape: readonly number[]): Float32Array<ArrayBuffer>;
  /** Rows of a matrix, one after another in the order asked for: [rows.length, columns]. */
  readRows(name: string, rows: readonly number[]): Float32Array<ArrayBuffer>;
  /** Bytes fetched so far, headers left out. */
  readonly bytesRead: number;
  close(): void;
}

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const Index = z.looseObject({
  weight_map: z.record(z.string(), z.string().regex(/^[\w-][\w.-]*\.safetensors$/, "must be a plain file name")),
});

interface Located {
  file: number;
  path: string;
  position: number;
  entry: HeaderEntry;
}

/** Opens the weights of a model directory. @throws UserError naming the file that is missing or dishonest */
export function openWeights(directory: string): WeightStore {
  if (existsSync(join(directory, SINGLE))) return openSafetensors([join(directory, SINGLE)]);
  const path = join(directory, INDEX);
  if (!existsSync(path))
    throw new UserError(
      `${directory} has neither ${SINGLE} nor ${INDEX}. Give a directory saved in the safetensors format.`,
    );
  const { weight_map: map } = readJson(path, Index);
  const files = [...new Set(Object.values(map))].sort();
  const store = openSafetensors(files.map((file) => join(directory, file)));
  const missing = Object.keys(map).find((name) => !store.has(name));
  if (missing === undefined) return store;
  store.close();
  throw new UserError(`${path} places "${missing}" in ${map[missing]}, which does not hold it. Get the files again.`);
}

/** Opens safetensors files as one set of tensors. @throws UserError when a name occurs twice or a file is dishonest */
export function openSafetensors(paths: readonly string[]): WeightStore {
  const tensors = new Map<string, Located>();
  const files: number[] = [];
  const close = () => {
    for (const file of files.splice(0)) closeSync(file);
  };
  try {
    for (const path of paths) {
      const file = open(path);
      files.push(file);
      const size = fstatSync(file).size;
      const length = headerLength(readAt(file, 0, Math.min(8, size), path), size, path);
      const { entries, dataStart } = parseHeader(readAt(file, 8, length, path), size, path);
      for (const [name, entry] of Object.entries(entries)) {
        const other = tensors.get(name);
        if (other) throw new UserError(`Both ${other.path} and ${path} hold "${name}". Get the files again.`);
        tensors.set(name, { file, path, entry, position: dataStart + entry.data_offsets[0] });
      }
    }
  } catch (error) {
    close();
    throw error;
  }
  let bytesRead = 0;

  const locate = (name: string): Located & { dtype: FloatDtype } => {
    const found = tensors.get(name);
    if (!found) throw new UserError(`${paths[0]} has no tensor "${name}". It is of another architecture or cut short.`);
    const dtype = FLOAT_DTYPES.find((known) => known === found.entry.dtype);
    if (!dtype)
      throw new UserError(`${found.path}: ${name} is ${found.entry.dtype}; Lacuna reads ${FLOAT_DTYPES.join(", ")}.`);
    return { ...found, dtype };
  };
  /** Values first..first + count - 1 of a tensor, widened in pieces so that the short copy stays small. */
  const fetch = (
    tensor: Located & { dtype: FloatDtype },
    first: number,
    into: Float32Array,
    at: number,
    count: number,
    name: string,
  ) => {
    const size = FLOAT_BYTES[tensor.dtype];
    for (let done = 0; done < count; done += PIECE) {
      const values = Math.min(PIECE, count - done);
      const bytes = readAt(tensor.file, tensor.position + (first + done) * size, values * size, tensor.path);
      widen(tensor.dtype, bytes, into, at + done, `${tensor.path}: ${name}`);
      bytesRead += bytes.length;
    }
  };
  return {
    names: [...tensors.keys()],
    has: (name) => tensors.has(name),
    shape: (name) => locate(name).entry.shape,
    read(name, shape) {
      const tensor = locate(name);
      requireShape(tensor.path, name, tensor.entry.shape, shape);
      const result = new Float32Array(shape.reduce((product, size) => product * size, 1));
      fetch(tensor, 0, result, 0, result.length, name);
      return result;
    },
    readRows(name, rows) {
      const tensor = locate(name);
      const [count, columns] = tensor.entry.shape;
      const result = new Float32Array(rows.length * columns);
      rows.forEach((row, index) => {
        if (!Number.isInteger(row) || row < 0 || row >= count)
          throw new UserError(`Token ${row} is not in ${tensor.path}, which has ${count} rows of ${name}.`);
        fetch(tensor, row * columns, result, index * columns, columns, name);
      });
      return result;
    },
    get bytesRead() {
      return bytesRead;
    },
    close,
  };
}

/** @throws UserError naming both shapes */
export function requireShape(path: string, name: string, found: readonly number[], needed: readonly number[]): void {
  if (found.join() !== needed.join())
    throw new UserError(
      `${path}: ${name} has shape [${found}], its configuration needs [${needed}]. They do not match.`,
    );
}

/** Values converted at a time. */
const PIECE = 1 << 22;

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}. Check the path.`);
  }
}

function readAt(file: number, position: number, length: number, path: string): Buffer {
  const buffer = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const read = readSync(file, buffer, done, Math.min(length - done, 1 << 30), position + done);
    if (read === 0) throw new UserError(`${path} ended ${length - done} bytes early while it was read.`);
    done += read;
  }
  return buffer;
}
