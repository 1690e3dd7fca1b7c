/**
 * @file robustness.json: how many tokens bring back what filtering or unlearning took away.
 *
 * Holds no timings, dates or paths: the same models and config give the same bytes. Losses are nats per token on held-out
 * forget text. A recovery is the geometric mean over seeds; its interval covers the order of the attacker's text, not
 * another pretraining seed.
 */
import { z } from "zod";
import { AttackFile } from "../../evaluate/index.js";
import { UnlearnFile } from "../../train/index.js";
import { Estimate, Verdict } from "../results.js";
import { RobustnessConfig } from "./config.js";

export const AttackCell = AttackFile.extend({
  arm: z.string().describe("an arm of the study, or an unlearning method"),
  size: z.string(),
  parameters: z.number(),
  recovery: Estimate.extend({
    share: z.number().nullable().describe("value over the tokens of pretraining"),
    seeds: z.number(),
    censored: z.number().describe("seeds that had not recovered at the cap: value is then at least this"),
  }).describe("tokens to recover"),
  unlearning: UnlearnFile.nullable(),
});
export type AttackCell = z.infer<typeof AttackCell>;

const Gap = Estimate.extend({
  size: z.string(),
  parameters: z.number(),
  arm: z.string(),
  over: z.string(),
  bound: z.enum(["exact", "at least", "at most", "unknown"]).describe("what censoring leaves of the value"),
}).describe("value: tokens to recover of this arm over those of the other; null where one needs none");

const Trend = Estimate.extend({
  arm: z.string(),
  over: z.string(),
  grows: Verdict,
  censored: z.boolean().describe("some sizes are bounds only"),
}).describe("value: factor by which the gap multiplies when parameters grow tenfold");

export const Robustness = z.object({
  format: z.literal("lacuna-robustness"),
  formatVersion: z.literal(1),
  lacuna: z.string(),
  config: RobustnessConfig,
  commands: z.array(z.string()),
  cells: z.array(AttackCell),
  gaps: z.array(Gap),
  trends: z.array(Trend),
  paper: z.record(z.string(), z.number()).describe("the same gaps over RMU in the paper, at 1.8 B parameters (Fig. 7)"),
  statements: z.array(z.string()),
  caveats: z.array(z.string()),
});
export type Robustness = z.infer<typeof Robustness>;
