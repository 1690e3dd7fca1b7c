import { describe, expect, it } from "vitest";
import { coordinateCheck, formatCoordinates } from "./coordinates.js";

describe("the coordinate check", () => {
  it("is flat over widths with muP, and grows without", async () => {
    const widths = [32, 64, 128];
    const rows = await coordinateCheck({
      widths,
      layers: 1,
      vocabulary: 64,
      context: 16,
      batch: 2,
      steps: 5,
      lr: 0.01,
    });
    const growth = (parametrisation: string, of: (row: (typeof rows)[number]) => number) => {
      const values = rows.filter((row) => row.parametrisation === parametrisation).map(of);
      return values[2] / values[0];
    };
    for (const [what, of] of [
      ["activations", (row: (typeof rows)[number]) => row.activations[1]],
      ["change of activations", (row: (typeof rows)[number]) => row.activationChanges[1]],
      ["change of logits", (row: (typeof rows)[number]) => row.logitChange],
    ] as const) {
      expect(growth("muP", of), what).toBeGreaterThan(1 / 1.6);
      expect(growth("muP", of), what).toBeLessThan(1.6);
      expect(growth("standard", of), what).toBeGreaterThan(2.5);
    }
    expect(formatCoordinates(rows).split("\n")).toHaveLength(1 + 2 * widths.length);
  });
});
