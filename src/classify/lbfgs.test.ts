import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { factor, solve } from "./cholesky.js";
import { minimise } from "./lbfgs.js";

/** f(x) = sum scale_j (x_j - j)^2 / 2: minimum at x_j = j. */
const quadratic = (scales: number[]) => (x: Float64Array, gradient: Float64Array) => {
  let value = 0;
  for (const [j, scale] of scales.entries()) {
    gradient[j] = scale * (x[j] - j);
    value += (scale * (x[j] - j) ** 2) / 2;
  }
  return value;
};
const rosenbrock = ([x, y]: Float64Array, gradient: Float64Array) => {
  gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
  gradient[1] = 200 * (y - x * x);
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
};

describe("L-BFGS", () => {
  it("finds the minimum of an ill-conditioned quadratic", () => {
    const scales = Array.from({ length: 12 }, (_, j) => 10 ** (j / 3));
    const { x, status } = minimise(quadratic(scales), new Float64Array(12), { memory: 20, tolerance: 1e-4 });
    expect(status).toBe("converged");
    for (const [j, value] of x.entries()) expect(value).toBeCloseTo(j, 5);
  });
  it("walks Rosenbrock's valley to (1, 1)", () => {
    const { x, gradient } = minimise(rosenbrock, Float64Array.of(-1.2, 1), { tolerance: 1e-16 });
    expect(x[0]).toBeCloseTo(1, 6);
    expect(x[1]).toBeCloseTo(1, 6);
    expect(Math.hypot(...gradient)).toBeLessThan(1e-5);
  });
  it("ends after one step when the preconditioner is the inverse Hessian", () => {
    const scales = [1, 100, 10_000];
    const precondition = (v: Float64Array) => v.set(v.map((value, j) => value / scales[j]));
    const found = minimise(quadratic(scales), new Float64Array(3), { precondition });
    expect(found.iterations).toBe(1);
    expect([...found.x]).toEqual([0, 1, 2]);
  });
  it("never goes uphill and leaves its starting point alone", () => {
    const start = Float64Array.of(-1.2, 1);
    const values = [1, 2, 5, 10, 20].map((maxIterations) => minimise(rosenbrock, start, { maxIterations }).value);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect([...start]).toEqual([-1.2, 1]);
  });
  it("says when it ran out of iterations", () => {
    expect(minimise(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 3 }).status).toBe("iterations");
  });
});

describe("Cholesky", () => {
  it("solves a random positive definite system (seed 3)", () => {
    const [n, draw] = [12, random(3, "synthetic matrix")];
    const root = Float64Array.from({ length: n * n }, () => draw.normal());
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < n; k++) matrix[i * n + j] += root[i * n + k] * root[j * n + k] + (i === j ? 0.1 : 0);
    const wanted = Float64Array.from({ length: n }, () => draw.normal());
    const right = wanted.map((_, i) => wanted.reduce((sum, value, j) => sum + matrix[i * n + j] * value, 0));
    factor(matrix, n);
    solve(matrix, n, right);
    for (const [i, value] of right.entries()) expect(value).toBeCloseTo(wanted[i], 8);
  });
});
