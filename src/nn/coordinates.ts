/**
 * @file The coordinate check of muP (Yang et al. 2022, appendix D.1): how large activations are, and how far training
 * moves the logits, as width grows. With muP both stay flat; with the standard parametrisation they grow with width.
 *
 * It says whether the implementation transfers learning rates over widths; it says nothing about which rate is good.
 */
import { random } from "../base/random.js";
import { compile, spec, type Tensor } from "../tensor/index.js";
import { type GptConfig, gptShapes } from "./config.js";
import { gptLogits, residualStream } from "./gpt.js";
import type { Parameters } from "./init.js";
import { compileTrainer, initialState } from "./trainer.js";

export interface CoordinateOptions {
  widths?: readonly number[];
  /** Training steps between the two looks. */
  steps?: number;
  layers?: number;
  lr?: number;
  vocabulary?: number;
  context?: number;
  batch?: number;
  headSize?: number;
  seed?: number;
  threads?: number;
}

/** One model, looked at before and after `steps` steps on the same synthetic tokens. Root mean squares. */
export interface CoordinateRow {
  parametrisation: "muP" | "standard";
  width: number;
  /** Of each layer's output after training: embedding, block 1, ... */
  activations: number[];
  /** Of each layer's change through training. */
  activationChanges: number[];
  /** Of the logits after training. */
  logits: number;
  /** Of the logits' change through training. */
  logitChange: number;
}

/** Trains each width a few steps, with muP (base: the first width) and without, and measures. */
export async function coordinateCheck(options: CoordinateOptions = {}): Promise<CoordinateRow[]> {
  const { widths = [64, 128, 256, 512], layers = 2, vocabulary = 256, context = 32, headSize = 32 } = options;
  const rows: CoordinateRow[] = [];
  for (const parametrisation of ["muP", "standard"] as const) {
    for (const width of widths) {
      // Without muP every width is its own base: the multiplier is 1 everywhere.
      const baseWidth = parametrisation === "muP" ? widths[0] : width;
      const heads = width / headSize;
      const config: GptConfig = { vocabulary, width, layers, heads, context, baseWidth, ropeBase: 10_000 };
      rows.push({ parametrisation, width, ...(await measure(config, options)) });
    }
  }
  return rows;
}

async function measure(
  config: GptConfig,
  { steps = 10, lr = 0.003, batch = 4, seed = 1, threads = 1 }: CoordinateOptions,
) {
  const size = batch * config.context;
  const { integer } = random(seed, "coordinates:tokens");
  const ids = Int32Array.from({ length: size + 1 }, () => integer(config.vocabulary));
  const tokens = ids.subarray(0, size);
  const trainer = await compileTrainer(config, { batch, threads, weightDecay: 0 });
  const look = await activations(config, batch, threads);
  trainer.load(initialState(config, seed));
  const before = await look.run(trainer.state().parameters, tokens);
  const data = { tokens, targets: ids.subarray(1), lossMask: new Uint8Array(size).fill(1) };
  for (let update = 1; update <= steps; update++) await trainer.step(data, update, lr);
  const after = await look.run(trainer.state().parameters, tokens);
  await Promise.all([trainer.release(), look.release()]);
  const changes = after.map((values, index) => rms(values.map((value, i) => value - before[index][i])));
  const sizes = after.map(rms);
  return {
    activations: sizes.slice(0, -1),
    activationChanges: changes.slice(0, -1),
    logits: sizes[sizes.length - 1],
    logitChange: changes[changes.length - 1],
  };
}

/** A program giving every layer's output and, last, the logits. */
async function activations(config: GptConfig, batch: number, threads: number) {
  const shapes = Object.fromEntries(Object.entries(gptShapes(config)).map(([name, shape]) => [name, spec(shape)]));
  const ids = spec([batch, config.context], "int32");
  const program = await compile(
    (parameters: Record<string, Tensor>, tokens: Tensor) => {
      const stream = residualStream(config, parameters, tokens);
      return [...stream, gptLogits(config, parameters, tokens)];
    },
    [shapes, ids],
    { threads },
  );
  const run = async (parameters: Parameters, tokens: Int32Array) => {
    const outputs = (await program.run(parameters, tokens)) as Float32Array[];
    return outputs.map((values) => values.slice());
  };
  return { run, release: () => program.release() };
}

function rms(values: Float32Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length);
}

/** A table to read: one line per model, one column per quantity. */
export function formatCoordinates(rows: readonly CoordinateRow[]): string {
  const layers = rows[0].activations.map((_, layer) => (layer === 0 ? "embedding" : `block ${layer}`));
  const head = ["", "width", ...layers, ...layers.map((name) => `change ${name}`), "logits", "change logits"];
  const body = rows.map((row) => [
    row.parametrisation,
    String(row.width),
    ...[...row.activations, ...row.activationChanges, row.logits, row.logitChange].map((value) => value.toFixed(4)),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((line) => line[column].length)));
  const line = (cells: string[]) => cells.map((cell, column) => cell.padStart(widths[column])).join("  ");
  return [head, ...body].map(line).join("\n");
}
