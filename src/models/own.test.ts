import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeJson } from "../base/files.js";
import { initialState, openStates, saveModel } from "../nn/index.js";
import { temporaryFolder } from "../testing/folder.js";
import { openModel, parseHook } from "./index.js";
import { syntheticDocuments } from "./testing/synthetic.js";

const config = { vocabulary: 64, width: 16, layers: 2, heads: 2, context: 32, baseWidth: 64, ropeBase: 10_000 };

describe("models of ours, read at hooks", () => {
  it("have layer k at resid_pre.k, which is resid_post.(k - 1)", async () => {
    const folder = temporaryFolder();
    const { parameters } = initialState(config, 3);
    await saveModel(folder, { config, direction: "forward", parameters });
    await writeJson(join(folder, "specials.json"), { specials: { endOfText: 60 } });
    const documents = syntheticDocuments([50], 60);
    const reader = await openStates(folder);
    const { states: layers } = (await reader.read(documents, { layers: [0, 1, 2] }).next()).value;
    const model = await openModel(folder);
    const hooks = ["resid_pre.0", "resid_post.0", "resid_pre.1", "resid_post.1"].map(parseHook);
    const { states } = (await model.read(documents, hooks).next()).value;
    expect(states).toEqual([layers[0], layers[1], layers[1], layers[2]]);
    await expect(model.read(documents, [parseHook("mlp_out.0")]).next()).rejects.toThrow(
      /resid_post.L only, not at mlp_out.0/,
    );
    await expect(model.read(documents, [parseHook("resid_post.2")]).next()).rejects.toThrow(/blocks are 0 to 1/);
    await reader.release();
    await model.release();
  });
});
