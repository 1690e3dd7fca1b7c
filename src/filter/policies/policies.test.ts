import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../base/errors.js";
import { readJson, writeJson } from "../../base/files.js";
import { temporaryFolder } from "../../testing/folder.js";
import { readPolicy } from "../policy.js";
import { openPolicies, PoliciesFile, storedAddress } from "./file.js";
import { filterScored, previewFilter } from "./stage.js";
import { shoutingScores, syntheticProbe, writeScoredJob } from "./testing/scored-job.js";

const of = (id: string, text: string) => ({ id, text, scores: shoutingScores(text) });
/** 8 + 5 + 4 + 3 = 20 tokens with end-of-texts; 3 + 0 + 3 + 0 = 6 upper-case ones. */
const SHARDS = [
  [of("a", "xxABCyy"), of("b", "quie")],
  [of("c", "DEF"), of("d", "gh")],
];

async function made(options: object) {
  const folder = temporaryFolder();
  const scores = await writeScoredJob(folder, SHARDS);
  const out = join(folder, "policy");
  const manifest = await filterScored({ policies: [{ scores, method: "mask", ...options } as never] }, out);
  return { folder, scores, out, manifest, file: readJson(join(out, "policies.json"), PoliciesFile) };
}

describe("policies over a scoring job", () => {
  it("counts masked, removed and dropped tokens, by shard with its source", async () => {
    const masked = (await made({ threshold: 0.5 })).file;
    expect(masked.counts).toMatchObject({ documents: 4, tokens: 20, maskedTokens: 6, removedTokens: 0, share: 0.3 });
    expect(masked.shards.map(({ source, maskedTokens }) => [source, maskedTokens])).toEqual([
      ["input/0", 3],
      ["input/1", 3],
    ]);
    const removed = (await made({ method: "remove", threshold: 0.5 })).file;
    expect(removed.counts).toMatchObject({ maskedTokens: 0, removedTokens: 6, share: 0.3 });
    const dropped = (await made({ method: "document", threshold: 0.5 })).file;
    expect(dropped.counts).toMatchObject({ droppedDocuments: 2, droppedTokens: 12, maskedTokens: 0, share: 0.6 });
  });

  it("aims at a share on all shards, of tokens, and tells the share after smoothing beside it", async () => {
    const { policies, counts } = (await made({ share: 0.3, dilate: 1 })).file;
    expect(policies[0].chosen).toMatchObject({ by: "share", wanted: 0.3, reached: 0.3, threshold: 200 / 255 });
    expect(counts.maskedTokens).toBe(8);
    const document = (await made({ method: "document", share: 0.55 })).file;
    expect(document.policies[0].chosen.reached).toBe(0.6);
    expect(document.counts.share).toBe(0.6);
  });

  it("takes F1 and any recall from the classifier's validation rows", async () => {
    const f1 = (await made({ rule: "f1" })).file.policies[0];
    expect(f1.policy.threshold).toBe(syntheticProbe().thresholds.f1.threshold);
    // Forget rows score 100, 150, 200, 250: 0.6 of them need three.
    const recall = (await made({ recall: 0.6 })).file.policies[0];
    expect(recall.chosen).toMatchObject({ by: "recall", wanted: 0.6, reached: 0.75, threshold: 150 / 255 });
  });

  it("aims at the share of forget tokens among the classifier's validation rows", async () => {
    const { chosen } = (await made({ rule: "prevalence" })).file.policies[0];
    expect(chosen).toMatchObject({ by: "prevalence", wanted: 4 / 17, reached: 0.3 });
  });

  it("still reads a classifier without histograms, at the recalls it lists, and says which", async () => {
    const probe = syntheticProbe();
    delete probe.thresholds.histograms;
    const folder = temporaryFolder();
    const scores = await writeScoredJob(folder, SHARDS, { probe });
    const preview = (recall: number) =>
      previewFilter({ policies: [{ scores, method: "mask", recall }] }, join(folder, "out"));
    expect((await preview(0.5)).policies[0].chosen.reached).toBe(0.5);
    await expect(preview(0.6)).rejects.toThrow(/0\.5, 0\.8, 0\.9, 0\.95 only, not 0\.6/);
    const prevalence = previewFilter(
      { policies: [{ scores, method: "mask", rule: "prevalence" }] },
      join(folder, "out"),
    );
    await expect(prevalence).rejects.toThrow(/does not say how many of its validation tokens are forget/);
  });

  it("leaves exempt documents alone, keeps a copy of the list, and counts which ids were found", async () => {
    const list = join(temporaryFolder(), "list.txt");
    writeFileSync(list, "a\r\n\nnobody\n");
    const { file, out } = await made({ threshold: 0.5, exempt: list });
    expect(file.counts.maskedTokens).toBe(3);
    expect(file.policies[0].exempt).toMatchObject({ file: "exempt-0.txt", ids: 2, found: 1 });
    expect(readFileSync(join(out, "exempt-0.txt"), "utf8")).toBe("a\r\n\nnobody\n");
    rmSync(list);
    expect([...(await openPolicies(out)).policies[0].exempt]).toEqual(["a", "nobody"]);
    await expect(made({ threshold: 0.5, exempt: list })).rejects.toThrow(UserError);
  });

  it("tops up by lost over kept tokens", async () => {
    const folder = temporaryFolder();
    const scores = await writeScoredJob(folder, SHARDS);
    const preview = (threshold: number) =>
      previewFilter(
        { policies: [{ scores, method: "document", threshold }], topUp: "repeat", seed: 5 },
        join(folder, "out"),
      );
    expect((await preview(0.5)).topUp).toEqual({ method: "repeat", rate: 12 / 8, seed: 5 });
  });

  it("finds the same policies again, and keeps a folder that holds others", async () => {
    const { scores, out } = await made({ threshold: 0.5 });
    const again = (threshold: number) => filterScored({ policies: [{ scores, method: "mask", threshold }] }, out);
    expect((await again(0.5)).found).toBe(true);
    await expect(again(0.6)).rejects.toThrow(/holds another result/);
  });
});

describe("nothing", () => {
  const preview = async (documents: typeof SHARDS, policy: object, { isOld = false } = {}) => {
    const folder = temporaryFolder();
    const scores = await writeScoredJob(folder, documents, { isOld });
    return previewFilter({ policies: [{ scores, ...policy } as never] }, join(folder, "out"));
  };

  it.each(["none", "mask", "document"] as const)(
    "to filter: a job without documents is refused, by %s",
    async (method) => {
      const rule = method === "none" ? {} : { share: 0.5 };
      await expect(preview([[], []], { method, ...rule }, { isOld: true })).rejects.toThrow(
        /scores has no document: its inputs hold no record\. Check the inputs and --text-field text/,
      );
      await expect(preview([[], []], { method, ...rule })).rejects.toThrow(/has no document/);
    },
  );

  it.each(["mask", "remove", "document"] as const)("that is taken, and nothing that is left, by %s", async (method) => {
    await expect(preview(SHARDS, { method, threshold: 0.99 })).rejects.toThrow(
      /The policy for shouting takes nothing: no (token|document) of .*scores scores 0\.9900 or more\. .*npx lacuna stats .*--method none/,
    );
    await expect(preview(SHARDS, { method, threshold: 0 })).rejects.toThrow(
      /Nothing is left to train on: of 20 tokens the policies take all\. Raise a threshold/,
    );
  });

  it("to filter is no mistake when nothing is to be filtered", async () => {
    expect((await preview(SHARDS, { method: "none" })).counts).toMatchObject({ documents: 4, share: 0 });
  });

  it("to export: a policy of an older Lacuna that takes nothing is refused when it is opened", async () => {
    const { out, file } = await made({ threshold: 0.5 });
    const none = { ...file.counts, maskedTokens: 0, share: 0 };
    await writeJson(join(out, "policies.json"), {
      ...file,
      policies: [{ ...file.policies[0], counts: none }],
      counts: none,
    });
    await expect(openPolicies(out)).rejects.toThrow(/takes nothing/);
  });
});

describe("several domains", () => {
  const other = (text: string) => ({
    id: text,
    text,
    scores: Uint8Array.from(text, (c) => (c === "x" || c === "A" ? 255 : 0)),
  });
  const texts = SHARDS.map((documents) => documents.map(({ text }) => text));
  const jobs = async () => {
    const folder = temporaryFolder();
    const one = await writeScoredJob(
      folder,
      texts.map((of) => of.map((text) => ({ ...other(text), scores: shoutingScores(text) }))),
    );
    const two = await writeScoredJob(
      folder,
      texts.map((of) => of.map(other)),
      { name: "two", domain: "letters" },
    );
    return { folder, one, two };
  };

  it("counts a token once: removed where any policy removes it, masked where one masks it only", async () => {
    const { folder, one, two } = await jobs();
    const { counts, policies } = await previewFilter(
      {
        policies: [
          { scores: one, method: "remove", threshold: 0.5 },
          { scores: two, method: "mask", threshold: 0.5 },
        ],
      },
      join(folder, "out"),
    );
    // ABC DEF are removed; xx and A are masked, A being removed already.
    expect(counts).toMatchObject({ removedTokens: 6, maskedTokens: 2, share: 0.4 });
    expect(policies.map((policy) => policy.counts.share)).toEqual([0.3, 0.15]);
  });

  it("refuses jobs over other inputs, and two policies for one domain", async () => {
    const { folder, one } = await jobs();
    const elsewhere = await writeScoredJob(temporaryFolder(), SHARDS, { domain: "letters" });
    const both = (two: string) =>
      previewFilter(
        { policies: [one, two].map((scores) => ({ scores, method: "mask" as const, threshold: 0.5 })) },
        join(folder, "out"),
      );
    await expect(both(elsewhere)).rejects.toThrow(/not scores of the same documents/);
    await expect(both(one)).rejects.toThrow(/one policy per domain/);
  });
});

describe("openPolicies", () => {
  it("finds its job from any folder, also after both moved together", async () => {
    const folder = temporaryFolder();
    const scores = await writeScoredJob(folder, SHARDS, { name: "runs/scores" });
    await filterScored({ policies: [{ scores, method: "mask", threshold: 0.5 }] }, join(folder, "runs", "policy"));
    const before = await openPolicies(join(folder, "runs", "policy"));
    await mkdir(join(folder, "deep"));
    await rename(join(folder, "runs"), join(folder, "deep", "moved"));
    const after = await openPolicies(join(folder, "deep", "moved", "policy"));
    expect(after.fingerprint).toBe(before.fingerprint);
    expect(after.policies[0].policy).toMatchObject({ domain: "shouting", method: "mask", threshold: 0.5 });
  });

  it("names a job in an object store as it is", () => {
    expect(storedAddress("s3://corpus/scored", "/runs/policy")).toBe("s3://corpus/scored");
    expect(storedAddress("/runs/scored", "/runs/policy")).toBe("../scored");
  });

  it("has a fingerprint of what decides the view, and of nothing else", async () => {
    const folder = temporaryFolder();
    const scores = await writeScoredJob(folder, SHARDS);
    const of = async (name: string, options: object) => {
      await filterScored({ policies: [{ scores, method: "mask", ...options } as never] }, join(folder, name));
      return (await openPolicies(join(folder, name))).fingerprint;
    };
    const first = await of("one", { threshold: 200 / 255 });
    expect(await of("by-share", { share: 0.3 })).toBe(first);
    expect(await of("other", { threshold: 0.1 })).not.toBe(first);
    expect(await of("smooth", { threshold: 200 / 255, dilate: 1 })).not.toBe(first);
  });

  it("says so when the job is not the one that was counted, or the exempt list was changed", async () => {
    const list = join(temporaryFolder(), "list.txt");
    writeFileSync(list, "a\n");
    const { folder, scores, out } = await made({ threshold: 0.5, exempt: list });
    writeFileSync(join(out, "exempt-0.txt"), "b\n");
    await expect(openPolicies(out)).rejects.toThrow(/was changed/);
    rmSync(scores, { recursive: true });
    await writeScoredJob(folder, [SHARDS[0]]);
    await expect(openPolicies(out)).rejects.toThrow(/is not the scoring job/);
  });
});

describe("the two kinds of filter results", () => {
  it("says which one is needed where the other is given", async () => {
    const { out } = await made({ threshold: 0.5 });
    expect(() => readPolicy(out)).toThrow(/holds policies over a scoring job/);
    renameSync(join(out, "policies.json"), join(out, "policy.json"));
    await expect(openPolicies(out)).rejects.toThrow(/is a policy for npx lacuna pretrain/);
  });
});
