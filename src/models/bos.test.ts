import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeJson } from "../base/files.js";
import { temporaryFolder } from "../testing/folder.js";
import { beginOfText } from "./bos.js";
import { readArchitecture } from "./config.js";
import { foreignHook, hookName, hookOfHiddenState, parseHook } from "./hooks.js";
import { GPT2, LLAMA } from "./testing/synthetic.js";

const added = [{ id: 17, content: "<begin>" }];
const template = {
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: "<begin>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  special_tokens: { "<begin>": { id: "<begin>", ids: [17], tokens: ["<begin>"] } },
};

describe("BOS", () => {
  it("is what the caller, then the tokenizer's files, then the architecture say", async () => {
    const folder = temporaryFolder();
    await writeJson(join(folder, "config.json"), LLAMA);
    const config = readArchitecture(folder);
    expect(beginOfText(folder, config)).toEqual({ id: 1, from: "the architecture" });
    const processor = { type: "Sequence", processors: [{ type: "ByteLevel" }, template] };
    await writeJson(join(folder, "tokenizer.json"), { added_tokens: added, post_processor: processor });
    expect(beginOfText(folder, config)).toEqual({ id: 17, from: "tokenizer.json" });
    await writeJson(join(folder, "tokenizer.json"), { added_tokens: added, post_processor: null });
    expect(beginOfText(folder, config)).toEqual({ id: undefined, from: "tokenizer.json" });
    await writeJson(join(folder, "tokenizer_config.json"), { add_bos_token: true, bos_token: { content: "<begin>" } });
    expect(beginOfText(folder, config)).toEqual({ id: 17, from: "tokenizer_config.json" });
    expect(beginOfText(folder, config, false)).toEqual({ id: undefined, from: "the caller" });
  });

  it("is asked for when a model needs it and nothing names it", async () => {
    const folder = temporaryFolder();
    await writeJson(join(folder, "config.json"), { ...GPT2 });
    await writeJson(join(folder, "tokenizer_config.json"), { add_bos_token: true });
    expect(() => beginOfText(folder, readArchitecture(folder))).toThrow(/names no bos_token_id/);
  });
});

describe("hooks", () => {
  it("are read as we write them and as other tools do", () => {
    expect(hookName(parseHook("resid_post.31"))).toBe("resid_post.31");
    expect(() => parseHook("layer_31")).toThrow(/"layer_31" is not a hook/);
    expect(foreignHook("blocks.7.hook_resid_pre")).toEqual({ place: "resid_pre", layer: 7 });
    expect(foreignHook("model.layers.7.output")).toEqual({ place: "resid_post", layer: 7 });
    expect(foreignHook("blocks.7.attn.hook_z")).toBeUndefined();
    // hidden_states[32] is what comes out of block 31.
    expect(hookOfHiddenState(32, 32)).toEqual({ place: "resid_post", layer: 31 });
    expect(hookOfHiddenState(31, 32)).toEqual({ place: "resid_pre", layer: 31 });
  });
});
