/**
 * @file What an architecture is to the runner: where its tensors lie, and the maths of one block.
 *
 * One file per architecture makes one of these from config.json. The runner (runner.ts) knows nothing of any of them.
 */
import type { Tensor } from "../tensor/index.js";

/** A tensor of the model's files. Linear weights are [out, in] there, except in GPT-2. */
export interface Parameter {
  name: string;
  shape: readonly number[];
}

/** What one block adds to the residual stream, and the stream after it; [batch, time, width] each. */
export interface BlockResult {
  attention: Tensor;
  mlp: Tensor;
  out: Tensor;
}

export interface Block {
  /** Blocks of one kind are the same program on other weights. */
  kind: string;
  parameters: Record<string, Parameter>;
  /** x: the residual stream before the block, [batch, time, width]. */
  run(x: Tensor, weights: Record<string, Tensor>): BlockResult;
}

export interface Architecture {
  /** `model_type` of config.json. */
  name: string;
  width: number;
  layers: number;
  /** Positions the model was made for. */
  context: number;
  /** What names may begin with in the files, depending on the class that saved them; tried in this order. */
  prefixes: readonly string[];
  /** Rows of it, times `scale`, are the stream before the first block. */
  embedding: Parameter & { scale: number };
  /** Learned positions, [context, width], added to the embedding. */
  positions?: Parameter;
  /** Whether texts begin with BOS where the tokenizer's files do not say. */
  beginsWithBos: boolean;
  block(layer: number): Block;
}
