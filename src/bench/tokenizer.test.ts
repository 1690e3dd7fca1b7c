import { describe, expect, it } from "vitest";
import { formatTokenizerBench } from "./format-tokenizer.js";
import { benchTokenizer } from "./tokenizer.js";

describe("the tokenizer bench", () => {
  it("has everyone encode the same text into the same number of tokens", async () => {
    const result = await benchTokenizer({ maxBytes: 30_000, passes: 1 });
    const names = result.rows.map(({ runner }) => runner);
    expect(names.slice(0, 3)).toEqual(["lacuna, with offsets", "lacuna, ids only", "gpt-tokenizer"]);
    expect(names.includes("tiktoken")).toBe(result.machine.tiktoken !== null);
    for (const row of result.rows) {
      expect(row).toMatchObject({ tokens: result.text.tokens, tokensMore: 0 });
      expect(row.tokensPerCpuSecond).toBeGreaterThan(0);
    }
    expect(result.text.bytes).toBeLessThanOrEqual(30_000);
    expect(formatTokenizerBench(result)).toMatch(/All give the same number of tokens\.$/);
    result.rows[1].tokensMore = -3;
    expect(formatTokenizerBench(result)).toMatch(/lacuna, ids only gives 3 tokens fewer\.$/);
  });
});
