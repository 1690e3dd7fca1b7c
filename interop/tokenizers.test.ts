import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../src/base/errors.js";
import { temporaryFolder } from "../src/testing/folder.js";
import { type Codec, openCodec } from "../src/tokens/codec.js";
import { type Layout, randomLayout } from "../src/tokens/testing/layouts.js";
import { hasPython, python } from "./python.js";

const LAYOUTS = 2000;
const SEED = 12_000;

interface Oracle {
  unreadable?: string;
  renumbered: number;
  plain: Answer[];
  rule: Answer[];
}
/** Ids of a text; null where it cannot be encoded, "panic" where the library breaks off. */
type Answer = number[] | null | "panic";

/** What may be refused though the library reads it. */
const REFUSALS = {
  "a special character that text could not be written without": /and text with this character could not be written/,
  "added tokens that are the same once normalized": /so that text cannot be told to have it/,
};

function encodeOrRefuse(codec: Codec, text: string): number[] | null {
  try {
    return [...codec.encodeIds(text)];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return null;
  }
}

describe.skipIf(!hasPython("tokenizers"))("tokenizer.json of every layout", () => {
  it(`has the ids of Hugging Face's tokenizers, ${LAYOUTS} at random from seed ${SEED}`, () => {
    const folder = temporaryFolder();
    const layouts = Array.from({ length: LAYOUTS }, (_, index) => randomLayout(SEED + index));
    writeFileSync(join(folder, "layouts.jsonl"), layouts.map((layout) => `${JSON.stringify(layout)}\n`).join(""));
    python("tokenizer_layouts.py", folder);
    const oracles = readFileSync(join(folder, "oracle.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Oracle);
    expect(oracles.length).toBe(LAYOUTS);
    const counts: Record<string, number> = { texts: 0, "texts that cannot be encoded": 0, "files read by neither": 0 };
    const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1);
    for (const [index, layout] of layouts.entries()) compare(layout, oracles[index], `seed ${SEED + index}`, count);
    console.log(`tokenizers: ${JSON.stringify(counts)}`);
    expect(counts.texts).toBeGreaterThan(4 * LAYOUTS);
    for (const refusal of Object.keys(REFUSALS)) expect(counts[refusal] ?? 0, refusal).toBeLessThan(0.03 * LAYOUTS);
  }, 3_600_000);
});

function compare({ file, texts }: Layout, oracle: Oracle, seed: string, count: (what: string) => unknown): void {
  let codec: Codec;
  try {
    codec = openCodec(JSON.stringify(file), seed);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (oracle.unreadable !== undefined) {
      count("files read by neither");
      return;
    }
    const [refusal] = Object.entries(REFUSALS).find(([, pattern]) => pattern.test(error.message)) ?? [];
    expect(refusal, `${seed}: ${error.message}`).toBeDefined();
    count(refusal!);
    return;
  }
  expect(oracle.unreadable, seed).toBeUndefined();
  count(`${file.model.type}`);
  const specials = new Set(file.added_tokens.filter(({ special }) => special).map(({ id }) => id));
  for (const [which, text] of texts.entries()) {
    const message = `${seed}, text ${which}: ${JSON.stringify(text)}`;
    const ids = encodeOrRefuse(codec, text);
    if (oracle.rule[which] === "panic") {
      count("texts at which the library breaks off");
      continue;
    }
    expect(ids, message).toEqual(oracle.rule[which]);
    count(ids ? "texts" : "texts that cannot be encoded");
    if (!ids) continue;
    // The rule and the plain setting differ only where the setting lets text become a special token.
    const plain = oracle.plain[which];
    if (plain !== "panic" && JSON.stringify(plain) !== JSON.stringify(ids)) {
      const leaves = plain?.some((id) => specials.has(id)) ?? false;
      if (file.model.type === "BPE") expect(leaves, message).toBe(true);
      count(`texts in which the library leaves special tokens to ${file.model.type}`);
    }
  }
}
