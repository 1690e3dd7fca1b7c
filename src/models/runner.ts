/**
 * @file Runs a model block by block on batches of windows, keeping what is asked for on the way.
 *
 * All blocks of a kind are one compiled program that takes the block's weights, so a deep model compiles as fast as a
 * shallow one, and weights are read when their block's turn comes. As many blocks as `weightMemory` allows stay in
 * memory; the others are read again for every batch. Embedding rows are fetched one by one for the tokens that occur:
 * the table, half of a small model, is never loaded. Blocks after the last one needed are neither read nor run.
 */
import { compile, spec } from "../tensor/index.js";
import type { Architecture, Block, BlockResult } from "./architecture.js";
import { blocksNeeded, type Hook } from "./hooks.js";
import { requireShape, type WeightStore } from "./weights.js";

export interface RunnerOptions {
  threads: number;
  /** Bytes of float32 weights kept between batches. */
  weightMemory: number;
}

export interface Shape {
  batch: number;
  time: number;
}

type BlockWeights = Record<string, Float32Array<ArrayBuffer>>;
interface BlockProgram {
  run(stream: Float32Array, weights: BlockWeights): Promise<Float32Array[]>;
  release(): Promise<void>;
}
type Part = keyof BlockResult;

/** Embedding rows remembered, in values. */
const EMBEDDING_VALUES = 1 << 24;

export class Runner {
  readonly prefix: string;
  private readonly programs = new Map<string, Promise<BlockProgram>>();
  private readonly kept = new Map<number, BlockWeights>();
  private keptBytes = 0;
  private readonly rows = new Map<number, Float32Array>();
  private positions: Float32Array | undefined;

  /** @throws UserError when a tensor of the first `blocks` blocks is missing or of the wrong shape */
  constructor(
    private readonly architecture: Architecture,
    private readonly weights: WeightStore,
    private readonly blocks: number,
    private readonly options: RunnerOptions,
    directory: string,
  ) {
    const { embedding, positions, prefixes } = architecture;
    this.prefix = prefixes.find((prefix) => weights.has(prefix + embedding.name)) ?? prefixes[0];
    const parameters = [embedding, ...(positions ? [positions] : [])];
    for (let layer = 0; layer < blocks; layer++)
      parameters.push(...Object.values(architecture.block(layer).parameters));
    for (const { name, shape } of parameters)
      requireShape(directory, this.prefix + name, weights.shape(this.prefix + name), shape);
  }

  /**
   * Runs one batch.
   *
   * @param tokens - [batch, time]
   * @returns the hooks' states, [batch, time, width] each
   */
  async run(shape: Shape, tokens: Int32Array, hooks: readonly Hook[]): Promise<Float32Array[]> {
    const blocks = Math.max(...hooks.map(blocksNeeded));
    if (blocks > this.blocks) throw new Error(`Opened for ${this.blocks} blocks, asked for ${blocks}`);
    const states = new Map<string, Float32Array>();
    let stream = this.embed(shape, tokens);
    const put = (place: Hook["place"], layer: number, values: Float32Array) => states.set(`${place}.${layer}`, values);
    put("resid_pre", 0, stream);
    for (let layer = 0; layer < blocks; layer++) {
      const asks = (place: Hook["place"]) => hooks.some((hook) => hook.place === place && hook.layer === layer);
      const parts: Part[] = ["out"];
      if (asks("attn_out")) parts.push("attention");
      if (asks("mlp_out")) parts.push("mlp");
      const block = this.architecture.block(layer);
      const program = await this.program(block, shape, parts);
      const [out, ...others] = await program.run(stream, this.read(layer, block));
      stream = out;
      for (const part of parts.slice(1)) put(part === "mlp" ? "mlp_out" : "attn_out", layer, others.shift()!);
      put("resid_post", layer, stream);
      put("resid_pre", layer + 1, stream);
    }
    return hooks.map(({ place, layer }) => states.get(`${place}.${layer}`)!);
  }

  /** The stream before the first block. */
  private embed({ batch, time }: Shape, tokens: Int32Array): Float32Array {
    const { width, embedding, positions } = this.architecture;
    const stream = new Float32Array(batch * time * width);
    const missing = [...new Set(tokens)].filter((token) => !this.rows.has(token));
    if ((this.rows.size + missing.length) * width > EMBEDDING_VALUES) {
      this.rows.clear();
      missing.splice(0, missing.length, ...new Set(tokens));
    }
    const fetched = this.weights.readRows(this.prefix + embedding.name, missing);
    if (embedding.scale !== 1) for (let index = 0; index < fetched.length; index++) fetched[index] *= embedding.scale;
    missing.forEach((token, index) => {
      this.rows.set(token, fetched.subarray(index * width, (index + 1) * width));
    });
    tokens.forEach((token, index) => {
      stream.set(this.rows.get(token)!, index * width);
    });
    if (positions) {
      this.positions ??= this.weights.read(this.prefix + positions.name, positions.shape);
      for (let index = 0; index < stream.length; index++) stream[index] += this.positions[index % (time * width)];
    }
    return stream;
  }

  private read(layer: number, block: Block): BlockWeights {
    const kept = this.kept.get(layer);
    if (kept) return kept;
    const weights = Object.fromEntries(
      Object.entries(block.parameters).map(([role, { name, shape }]) => [
        role,
        this.weights.read(this.prefix + name, shape),
      ]),
    );
    const bytes = Object.values(weights).reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (this.keptBytes + bytes <= this.options.weightMemory) {
      this.kept.set(layer, weights);
      this.keptBytes += bytes;
    }
    return weights;
  }

  private program(block: Block, { batch, time }: Shape, parts: readonly Part[]): Promise<BlockProgram> {
    const key = `${block.kind}@${batch}x${time}:${parts}`;
    const made = this.programs.get(key);
    if (made) return made;
    const weights = Object.fromEntries(
      Object.entries(block.parameters).map(([role, { shape }]) => [role, spec(shape)]),
    );
    const program = compile(
      (x, w) => {
        const result = block.run(x, w);
        return parts.map((part) => result[part]);
      },
      [spec([batch, time, this.architecture.width]), weights],
      { threads: this.options.threads },
    ) as Promise<unknown> as Promise<BlockProgram>;
    this.programs.set(key, program);
    return program;
  }

  /** Gives native memory, weights and files back. */
  async release(): Promise<void> {
    for (const program of this.programs.values()) await (await program).release();
    this.programs.clear();
    this.kept.clear();
    this.rows.clear();
    this.weights.close();
  }
}
