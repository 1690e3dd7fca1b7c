/** @file Reverse-mode differentiation of traced functions. */

import { type JaxArray, use, wrap } from "./arrays.js";
import { jax } from "./jax.js";
import type { Tensor } from "./tensor.js";
import { leaves, rebuild, type Tree } from "./tree.js";

/**
 * From a scalar function of parameters (and more arguments, not differentiated) makes one that returns its value and
 * its gradient, of the same form as the parameters. For use inside traced functions.
 */
export function valueAndGrad<P extends Tree<Tensor>, R extends unknown[]>(
  f: (params: P, ...rest: R) => Tensor,
): (params: P, ...rest: R) => [value: Tensor, gradient: P] {
  return (params, ...rest) => {
    const flat = leaves<Tensor>(params);
    const scalar = (...arrays: JaxArray[]) => use(f(rebuild(params, arrays.map(wrap)) as P, ...rest));
    const differentiate = jax.valueAndGrad(scalar, { argnums: flat.map((_, index) => index) });
    const [value, gradients] = differentiate(...flat.map((leaf) => use(leaf))) as unknown as [JaxArray, JaxArray[]];
    return [wrap(value), rebuild(params, gradients.map(wrap)) as P];
  };
}
