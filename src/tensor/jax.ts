/**
 * @file The only door to jax-js, which traces programs, differentiates them, and is the oracle of the tests.
 *
 * The side-effect import must stay first: modules are evaluated in the order of their imports.
 */
import "./navigator.js";

import * as jax from "@jax-js/jax";

let ready: Promise<void> | undefined;

/** Starts jax-js' WebAssembly backend once per thread and makes it the default device. */
export function initialiseJax(): Promise<void> {
  ready ??= jax.init("wasm").then((devices) => {
    if (!devices.includes("wasm")) throw new Error("jax-js could not start its WebAssembly backend");
    jax.defaultDevice("wasm");
  });
  return ready;
}

export { jax };
