/**
 * @file What models cost, as data: US dollars per million tokens, with where and when they were read.
 *
 * Prices change. The table only serves estimates, the cap and the reckoning afterwards; `priceIn` and `priceOut` take
 * its place, and a model that is not in it needs them. Nothing is guessed.
 */
import { UserError } from "../base/errors.js";

/** Dollars per token. */
export interface Price {
  input: number;
  output: number;
  /** What a request in a batch costs, as a share of the same request alone. */
  batchShare: number;
}

interface PriceTable {
  source: string;
  read: string;
  batchShare: number;
  /** [input, output] in dollars per million tokens; a dated name ("...-20251001") costs what its model costs. */
  models: Record<string, readonly [number, number]>;
}

export const PRICES: Record<string, PriceTable> = {
  anthropic: {
    source:
      "https://platform.claude.com/docs/en/about-claude/pricing, as quoted by others; 3.x models from its 2025 edition",
    read: "2026-11-23",
    batchShare: 0.5,
    models: {
      "claude-opus-5-5": [4, 20],
      "claude-opus-4-8": [5, 25],
      "claude-opus-4-7": [5, 25],
      "claude-opus-4-6": [5, 25],
      "claude-opus-4-5": [5, 25],
      "claude-opus-4-1": [15, 75],
      "claude-sonnet-5-5": [2, 10],
      "claude-sonnet-5": [2, 10],
      "claude-sonnet-4-6": [3, 15],
      "claude-sonnet-4-5": [3, 15],
      "claude-sonnet-4": [3, 15],
      "claude-haiku-4-5": [1, 5],
      "claude-3-5-haiku": [0.8, 4],
      "claude-3-haiku": [0.25, 1.25],
    },
  },
};

/** @param perMillion - dollars per million tokens, which take the place of the table's */
export function priceOf(
  { name, model, isLocal }: { name: string; model: string; isLocal: boolean },
  perMillion: { input?: number; output?: number } = {},
): Price {
  const table = PRICES[name];
  const batchShare = table?.batchShare ?? 1;
  const { input, output } = perMillion;
  if (input !== undefined && output !== undefined) return { input: input / 1e6, output: output / 1e6, batchShare };
  if (isLocal) return { input: 0, output: 0, batchShare };
  const known = table?.models[model.replace(/-(\d{8}|latest)$/, "")];
  if (!known)
    throw new UserError(
      `No price is known for ${model} (${name}). Give --price-in and --price-out, in dollars per million tokens.`,
    );
  return { input: (input ?? known[0]) / 1e6, output: (output ?? known[1]) / 1e6, batchShare };
}
