/** @file The probe's fit and its ranking metrics against scikit-learn, on synthetic rows. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSafetensors } from "../src/base/safetensors.js";
import { auroc, averagePrecision, bestF1, fitLogistic, logitsOf, rankCurve } from "../src/classify/index.js";
import { syntheticRows } from "../src/classify/testing/synthetic.js";
import { PYTHON, python } from "./python.js";

interface Oracle {
  strength: number;
  weights: number[];
  bias: number;
  auroc: number;
  averagePrecision: number;
  bestF1: number;
}

const STRENGTHS = [0.1, 1, 100];
const folder = mkdtempSync(join(tmpdir(), "lacuna-interop-"));
const rows = syntheticRows(20_000, 64, 12, -3);
let oracle: Oracle[];

beforeAll(async () => {
  if (!PYTHON) return;
  await writeSafetensors(join(folder, "rows.safetensors"), {
    features: { data: rows.features as Float32Array<ArrayBuffer>, shape: [20_000, 64] },
    labels: { data: rows.labels as Uint8Array<ArrayBuffer>, shape: [20_000] },
  });
  python("logistic.py", folder, ...STRENGTHS.map(String));
  oracle = JSON.parse(readFileSync(join(folder, "oracle.json"), "utf8")) as Oracle[];
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!PYTHON)("logistic regression against scikit-learn", () => {
  it("finds the same weights and intercept to 1e-3 at every strength", () => {
    for (const expected of oracle) {
      const began = performance.now();
      const { weights, bias, evaluations } = fitLogistic(rows, { strength: expected.strength });
      const seconds = (performance.now() - began) / 1000;
      const scale = Math.max(...expected.weights.map(Math.abs));
      const error = Math.max(...expected.weights.map((weight, j) => Math.abs(weights[j] - weight)));
      console.log(
        `strength ${expected.strength}: largest difference ${(error / scale).toExponential(1)} of the largest weight, ` +
          `${evaluations} passes, ${seconds.toFixed(2)} s`,
      );
      expect(error / scale).toBeLessThan(1e-3);
      expect(Math.abs(bias - expected.bias) / Math.abs(expected.bias)).toBeLessThan(1e-3);
    }
  });

  it("ranks and measures alike", () => {
    for (const expected of oracle) {
      const probe = { weights: Float64Array.from(expected.weights), bias: expected.bias };
      const curve = rankCurve(logitsOf(rows.features, probe), rows.labels);
      expect(auroc(curve)).toBeCloseTo(expected.auroc, 9);
      expect(averagePrecision(curve)).toBeCloseTo(expected.averagePrecision, 9);
      expect(bestF1(curve).f1).toBeCloseTo(expected.bestF1, 9);
    }
  });
});
