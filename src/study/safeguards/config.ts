/** @file What the safeguards of a study are tested with: one object that, with the study, decides every number. */
import { z } from "zod";

export const SafeguardsConfig = z.object({
  budget: z.string().describe("name of the budget this came from"),
  seed: z.int(),
  forget: z.array(z.string()).min(1).describe("domains and categories to forget"),
  retain: z.array(z.string()).min(1).describe("domains and categories to keep"),
  perGroup: z.int().positive().describe("questions of a group at most"),
  perSide: z.int().positive().describe("glossary questions of a side at most"),
  minOccurrences: z.int().positive().describe("times the training text says a term, at least"),
  instructEpochs: z.number().positive().describe("passes over the questions that teach lettered answers"),
  probeTokens: z.int().positive().describe("tokens a boundary probe is fitted on"),
  passages: z.int().positive().describe("passages of a subdomain a probe is fitted on"),
  chatEpochs: z.number().positive().describe("passes over the instructions that teach to answer"),
  freeQuestions: z.int().positive().describe("free questions of a file at most"),
  sayTokens: z.int().positive().describe("tokens of a free answer at most"),
});
export type SafeguardsConfig = z.infer<typeof SafeguardsConfig>;

export const SAFEGUARD_BUDGETS = ["smoke", "evening"] as const;
export type SafeguardBudget = (typeof SAFEGUARD_BUDGETS)[number];

const COMMON = { seed: 1, forget: ["medical"], retain: ["biology", "general", "stem", "nonstem"] };

/** The configuration behind `--budget`. */
export function safeguardsConfig(budget: SafeguardBudget): SafeguardsConfig {
  switch (budget) {
    case "smoke":
      return {
        ...{ ...COMMON, budget, perGroup: 20, perSide: 30, minOccurrences: 1, instructEpochs: 1, probeTokens: 2000 },
        ...{ passages: 40, chatEpochs: 1, freeQuestions: 5, sayTokens: 8 },
      };
    case "evening":
      return {
        ...{ ...COMMON, budget, perGroup: 400, perSide: 1000, minOccurrences: 5, instructEpochs: 2 },
        ...{ probeTokens: 60_000, passages: 600, chatEpochs: 5, freeQuestions: 100, sayTokens: 48 },
      };
  }
}
