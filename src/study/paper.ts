/**
 * @file What the paper reports, to stand beside ours: arXiv 2601.21571, slowdown on medical text of its largest models.
 *
 * Removal's number is read off a line extended below its smallest baseline: 3.96e20 FLOPs over 7,000 is 5.7e16, and the
 * smallest baseline on the line was trained with 4.5e17. The other two lie inside.
 */
import type { ArmFacts } from "./results.js";

export const PAPER = {
  source: "arXiv 2601.21571",
  parameters: 1.8e9,
  slowdowns: [
    { method: "document", slowdown: 30 },
    { method: "mask", slowdown: 400 },
    { method: "remove", slowdown: 7000 },
  ],
} as const satisfies {
  source: string;
  parameters: number;
  slowdowns: readonly { method: ArmFacts["method"]; slowdown: number }[];
};
