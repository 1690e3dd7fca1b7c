/** @file What a classifier costs: FLOPs, 2 per multiply-add. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson } from "../base/files.js";
import type { GptConfig } from "../nn/index.js";

/**
 * FLOPs to score a token: the first `layer` blocks of every model, whose matrices hold 12 width^2 weights each, the products
 * of queries with keys and of weights with values over a full window, of which a causal model sees half on average, and the
 * probe. The embedding is a look-up. Windows of long documents overlap by half, which reads their tokens twice: that is not
 * in here.
 */
export function scoringFlops(models: readonly GptConfig[], layer: number): number {
  return models.reduce((sum, { width, context, bidirectional }) => {
    const keys = bidirectional ? context : context / 2;
    return sum + layer * (24 * width ** 2 + 4 * width * keys) + 2 * width;
  }, 0);
}

/** What pretraining the models cost (6 N D); null where one was not made by `npx lacuna pretrain`. */
export function trainingFlops(directories: readonly string[]): number | null {
  return directories.reduce<number | null>((sum, directory) => {
    const path = join(directory, "training.json");
    if (sum === null || !existsSync(path)) return null;
    return sum + readJson(path, z.object({ flops: z.number() }).loose()).flops;
  }, 0);
}
