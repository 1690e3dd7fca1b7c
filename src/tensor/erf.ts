/** @file The error function, for exact GELU. Forward only: no model of ours is trained with it. */

import { use, wrap } from "./arrays.js";
import { jax } from "./jax.js";
import type { Tensor } from "./tensor.js";

/** 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export function erf(x: Tensor): Tensor {
  return wrap(jax.lax.erf(use(x)));
}
