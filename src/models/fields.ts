/** @file Fields of config.json that architectures share, with bounds that no real model leaves. */
import { z } from "zod";
import { UserError } from "../base/errors.js";

/** A width, a number of heads, a vocabulary. */
export const size = z.int().min(1).max(10_000_000);
export const layers = z.int().min(1).max(1000);
export const epsilon = z.number().min(0).max(1);

/** @throws UserError when heads do not divide, which would cut them across */
export function requireHeads(width: number, heads: number, keyHeads = heads): void {
  if (width % heads !== 0) throw new UserError(`a width of ${width} cannot be split into ${heads} heads.`);
  if (heads % keyHeads !== 0)
    throw new UserError(`${heads} attention heads cannot share ${keyHeads} key heads evenly.`);
}
