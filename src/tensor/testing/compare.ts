/** @file For tests: the same function by the native runtime and by jax-js, every output compared. */
import { type Random, random } from "../../base/random.js";
import { compile, type HostArray, runWithJax, type Spec, type Tensor } from "../index.js";
import { leaves, leavesWithPaths } from "../tree.js";

/** A function of tensors (and trees of them). */
type Traced = (...args: never[]) => unknown;

/** Largest allowed difference between the two, relative to the norm of the output. */
const TOLERANCE = 1e-4;

/** Synthetic values for specs: normal for float32, 0 or 1 for bool, ids below `vocabulary` for int32. */
export function syntheticInputs(specs: readonly Spec[], source: Random, vocabulary = 3): HostArray[] {
  return specs.map(({ shape, dtype }) => {
    const length = shape.reduce((all, size) => all * size, 1);
    if (dtype === "float32") return Float32Array.from({ length }, () => source.normal());
    if (dtype === "bool") return Uint8Array.from({ length }, () => source.integer(2));
    return Int32Array.from({ length }, () => source.integer(vocabulary));
  });
}

/** Norm of the difference over the norm of the expected values (or over 1e-6, for values that are zero). */
export function relativeError(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  if (expected.length !== actual.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let norm = 0;
  for (let index = 0; index < expected.length; index++) {
    difference += (expected[index] - actual[index]) ** 2;
    norm += expected[index] ** 2;
  }
  return Math.sqrt(difference) / Math.max(Math.sqrt(norm), 1e-6);
}

/**
 * Compiles and runs fn with 1 and 2 threads and compares every output with jax-js.
 *
 * @throws Error that names the output, the threads and the seed when one differs
 */
export async function expectSameAsJax(fn: Traced, specs: readonly unknown[], inputs: readonly unknown[], note = "") {
  const expected = await runWithJax(fn as unknown as () => Tensor, specs as [], ...(inputs as []));
  for (const threads of [1, 2]) {
    const program = await compile(fn as unknown as () => Tensor, specs as [], { threads });
    const actual = await program.run(...(inputs as []));
    await program.release();
    const values = leaves<HostArray>(actual);
    leavesWithPaths(expected).forEach(([path, value], index) => {
      const error = relativeError(value as HostArray, values[index]);
      if (!(error < TOLERANCE)) {
        throw new Error(`Output "${path}" is off by ${error} with ${threads} threads (${note})\n${String(fn)}`);
      }
    });
  }
}

/** Runs fn on synthetic inputs from a seed. */
export async function checkAgainstJax(fn: Traced, specs: readonly Spec[], seed: number, vocabulary?: number) {
  const inputs = syntheticInputs(specs, random(seed, "tensor test"), vocabulary);
  await expectSameAsJax(fn, specs, inputs, `seed ${seed}`);
}
