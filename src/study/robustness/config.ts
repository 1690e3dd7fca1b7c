/** @file What a robustness run attacks, how hard, and which rivals of filtering it makes first. */
import { z } from "zod";
import { UNLEARNING_METHODS } from "../../train/index.js";

export const RobustnessConfig = z.object({
  forget: z.array(z.string()).min(1).default(["medical"]).describe("sources or truth domains of the forget text"),
  retain: z
    .array(z.string())
    .min(1)
    .default(["biology", "general"])
    .describe("sources or truth domains of the text that unlearning must keep"),
  methods: z
    .array(z.enum(UNLEARNING_METHODS))
    .default(["rmu"])
    .describe("unlearning applied to each baseline and attacked like the filtered models"),
  coefficient: z.string().default("20").describe("RMU's coefficient, or auto"),
  retainBudget: z.number().positive().default(0.1).describe("most that unlearning may raise the retain loss, nats"),
  lrs: z
    .array(z.number().positive())
    .min(1)
    .default([0.002, 0.004, 0.008])
    .describe("peak learning rates an attacker tries first; further ones while the best lies at an end"),
  seeds: z.array(z.int()).min(1).default([1, 2, 3]).describe("orders of the attacker's text"),
  cap: z.number().gt(0).default(0.5).describe("attacks give up after so many tokens, as a share of pretraining"),
});
export type RobustnessConfig = z.infer<typeof RobustnessConfig>;
