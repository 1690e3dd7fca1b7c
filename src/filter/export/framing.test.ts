import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { BYTE_CHARACTERS } from "../../tokens/byte-alphabet.js";
import { createTokenizer, type Tokenizer } from "../../tokens/index.js";
import { ownSpecials } from "../../tokens/own-specials.js";
import { writeByteLevelJson } from "../../tokens/tokenizer-json.js";
import { exportCorpus } from "./export.js";
import { describeFraming } from "./framing.js";
import type { ExportSettings, FormatName } from "./settings.js";
import { shouting, syntheticSet } from "./testing/synthetic-set.js";

const [BOS, END, SEP, PAD] = [256, 257, 258, 259];

/** Bytes, whose post-processor puts these around a text; synthetic. */
function bytesWith(single: string[]): Tokenizer {
  const vocab = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
  const specials = Object.fromEntries(["<s>", "</s>", "<sep>", "<pad>"].map((text, at) => [text, 256 + at]));
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const added_tokens = Object.entries(specials).map(([content, id]) => ({ id, content, ...flags }));
  const special_tokens = Object.fromEntries(
    Object.entries(specials).map(([id, at]) => [id, { id, ids: [at], tokens: [id] }]),
  );
  const pieces = single.map((id) =>
    id === "A" ? { Sequence: { id, type_id: 0 } } : { SpecialToken: { id, type_id: 0 } },
  );
  const post_processor = { type: "TemplateProcessing", single: pieces, pair: [], special_tokens };
  const json = JSON.stringify({ ...JSON.parse(writeByteLevelJson(vocab, [])), added_tokens, post_processor });
  return createTokenizer(json, ownSpecials(json, "framed"));
}

const TEXTS = ["aB", "xyz"];
const LLAMA = ["<s>", "A"];
type Settings = Partial<ExportSettings> & { to: FormatName };

/** "aB" and "xyz" where B is forget. @param isScoredIn - whether the scores are of the same tokenizer */
async function exported(settings: Settings, single = LLAMA, method: "mask" | "remove" = "mask", isScoredIn = false) {
  const folder = temporaryFolder();
  const set = await syntheticSet(folder, [TEXTS.map((text, at) => shouting(`${at}`, text))], { method });
  const tokenizer = bytesWith(single);
  const [policy] = set.policies;
  const own = { ...set, policies: [{ ...policy, scored: { ...policy.scored, tokenizer: () => tokenizer } }] };
  const out = join(folder, "out");
  const manifest = await exportCorpus(isScoredIn ? own : set, out, {
    settings,
    tokenizer: isScoredIn ? undefined : tokenizer,
  });
  return { manifest, file: (name: string) => readFileSync(join(out, name)) };
}

async function stream(...given: Parameters<typeof exported>) {
  const { manifest, file } = await exported(...given);
  const bytes = file("00000.bin");
  return {
    manifest,
    ids: Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16LE(2 * at)),
    mask: [...file("00000.mask.bin")],
  };
}

async function rows(...given: Parameters<typeof exported>): Promise<Record<string, number[]>[]> {
  const bytes = (await exported(...given)).file("00000.parquet");
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return (await parquetReadObjects({ file, compressors })) as Record<string, number[]>[];
}

const [a, B, x, y, z] = [..."aBxyz"].map((letter) => letter.charCodeAt(0));

describe("beginning-of-text", () => {
  it.each([false, true])(
    "begins every document as the tokenizer does, is no target and is counted (same tokenizer: %s)",
    async (isScoredIn) => {
      const { ids, mask, manifest } = await stream({ to: "nanogpt" }, LLAMA, "mask", isScoredIn);
      expect(ids).toEqual([BOS, a, B, END, BOS, x, y, z, END]);
      expect(mask).toEqual([0, 1, 0, 1, 0, 1, 1, 1, 1]);
      expect(manifest.counts).toMatchObject({ tokens: 9, framingTokens: 2, maskedTokens: 1 });
      expect(manifest.frame).toEqual({ before: [BOS], after: [] });
    },
  );

  it("is left out on --bos no and where the tokenizer adds none, put in on --bos yes", async () => {
    const plain = [a, B, END, x, y, z, END];
    expect((await stream({ to: "nanogpt", bos: "no" })).ids).toEqual(plain);
    expect((await stream({ to: "nanogpt" }, ["A", "</s>"])).ids).toEqual(plain);
    const { ids, manifest } = await stream({ to: "nanogpt", bos: "yes" }, ["A"]);
    expect(ids).toEqual([BOS, a, B, END, BOS, x, y, z, END]);
    expect(manifest.settings.bos).toBe("yes");
  });

  it("comes with all else that the tokenizer puts around a text, end-of-text once", async () => {
    const { ids, mask } = await stream({ to: "nanogpt" }, ["<s>", "A", "<sep>", "</s>"]);
    expect(ids).toEqual([BOS, a, B, SEP, END, BOS, x, y, z, SEP, END]);
    expect(mask).toEqual([0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1]);
  });

  it("is in rows as in streams: labels, weights and padding beside it", async () => {
    const packed = { sequenceLength: 5 } as const;
    const [first, second] = await rows({ to: "huggingface", ...packed });
    expect([first.input_ids, second.input_ids]).toEqual([
      [BOS, a, B, END, BOS],
      [x, y, z, END, PAD],
    ]);
    expect([first.labels, second.labels]).toEqual([
      [-100, a, -100, END, -100],
      [x, y, z, END, -100],
    ]);
    const shifted = await rows({ to: "torchtitan" });
    expect(shifted.map(({ labels }) => labels)).toEqual([
      [a, -100, END, -100],
      [x, y, z, END, -100],
    ]);
    const [soft] = await rows({ to: "levanter", weights: "soft", ...packed });
    expect(soft.loss_weights.map((weight) => Math.round(weight * 255))).toEqual([235, 55, 255, 0, 235]);
  });

  it("stays where removed tokens go", async () => {
    const { ids, mask } = await stream({ to: "nanogpt" }, LLAMA, "remove");
    expect(ids.slice(0, 4)).toEqual([BOS, a, 260, END]);
    expect(mask.slice(0, 4)).toEqual([0, 1, 0, 1]);
  });

  it("is refused where there is none, or no tokens are written", async () => {
    const none = createTokenizer(writeByteLevelJson(Object.fromEntries(BYTE_CHARACTERS.map((c, at) => [c, at])), []), {
      ...bytesWith(["A"]),
      frame: undefined,
      texts: undefined,
      specials: { endOfText: 256, hidden: 257, pad: 258, chatStart: 259, chatEnd: 260, refusal: 261 },
    });
    const set = await syntheticSet(temporaryFolder(), [[shouting("a", "a")]], { method: "mask" });
    const run = (settings: Settings) => exportCorpus(set, "/nowhere", { settings, tokenizer: none });
    await expect(run({ to: "nanogpt", bos: "yes" })).rejects.toThrow(/--bos yes: framed has no beginning-of-text/);
    await expect(run({ to: "text", bos: "yes" })).rejects.toThrow(
      /--bos yes does not go with --to text: it writes text/,
    );
    expect((await exported({ to: "text" })).manifest.counts).toMatchObject({ tokens: 7, framingTokens: 0 });
  });

  it("is said: what is done, and what the tokenizer itself would do", () => {
    const { frame } = bytesWith(LLAMA);
    expect(describeFraming({ before: [BOS], after: [] }, "auto", frame)).toBe(
      'bos: 256 "<s>" before every document (--bos auto; the tokenizer itself adds 256 "<s>" before every document (the post-processor of tokenizer.json))',
    );
    expect(describeFraming({ before: [], after: [] }, "no", frame)).toMatch(
      /^bos: none \(--bos no; the tokenizer itself adds/,
    );
    expect(describeFraming({ before: [], after: [] }, "auto", { ...frame, text: "" })).toBe(
      "bos: none (--bos auto; the tokenizer has none)",
    );
  });
});
