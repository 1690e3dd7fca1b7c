/** @file How an arm is drawn, as a small picture for lists of words: its line with its marker. */
import * as Plot from "@observablehq/plot";
import type { ArmFacts } from "../results.js";
import { draw } from "./canvas.js";
import { armStyle } from "./palette.js";

const [WIDTH, HEIGHT] = [34, 14];

/** An SVG of one line of text's height. */
export function armKey(arm: Pick<ArmFacts, "name" | "method" | "labels">): string {
  const { colour, symbol, fill, dashes, width } = armStyle(arm);
  const middle = { stroke: colour, strokeWidth: width };
  return draw(
    {
      ...{ width: WIDTH, height: HEIGHT, margin: 0, axis: null },
      x: { domain: [0, 1], range: [1, WIDTH - 1] },
      y: { domain: [0, 1], range: [HEIGHT - 1, 1] },
      marks: [
        Plot.link([0.5], { x1: 0, x2: 1, y1: 0.5, y2: 0.5, ...middle, strokeDasharray: dashes }),
        Plot.dot([0.5], {
          ...{ x: 0.5, y: 0.5, stroke: colour, symbol: symbol as Plot.SymbolType, fill, r: 4, strokeWidth: 1.6 },
        }),
      ],
    },
    "how it is drawn",
  );
}
