import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson, sha256 } from "../../base/hash.js";
import { INT8_VERSION } from "../../nn/index.js";
import { writeScoredJob } from "../policies/testing/scored-job.js";
import { fakeClassifier } from "../run/testing/fake-job.js";
import { JOB_FILES, JobPlan, type JobSettings } from "./plan.js";
import { keyOf, planJob, planText, requireSameRounding, startJob } from "./start.js";
import { memoryStore } from "./testing/synthetic-job.js";

let root: string;
let classifier: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lacuna-test-"));
  const document = { id: "a", text: "a", scores: Uint8Array.of(1) };
  classifier = fakeClassifier(await writeScoredJob(root, [[document]]));
});
afterAll(() => rmSync(root, { recursive: true }));

const planned = (settings: Partial<JobSettings>) =>
  planJob({ classifier, settings, inputs: [{ uri: "/in/a.jsonl", source: "a", bytes: 2 } as never] });

/** The plan as Lacuna wrote it before int8's rounding had a version. */
function planBefore(settings: Partial<JobSettings>): JobPlan {
  const { key: _key, int8Version: _version, ...rest } = planned(settings);
  return { key: sha256(canonicalJson(rest)), ...rest };
}

async function storeWith(plan: JobPlan) {
  const { store } = memoryStore();
  await store.write(JOB_FILES.plan, planText(plan));
  return store;
}

describe("a plan and the version of int8's rounding", () => {
  it("leaves float32 jobs the keys and bytes they had", async () => {
    const plan = planned({});
    expect(plan.key).toBe(planBefore({}).key);
    expect(planText(plan)).toBe(planText(planBefore({})));
    await startJob(await storeWith(planBefore({})), plan, classifier);
  });

  it("is part of an int8 job's key, and read back as it was written", () => {
    const plan = planned({ precision: "int8" });
    expect(plan.int8Version).toBe(INT8_VERSION);
    expect(plan.key).not.toBe(planBefore({ precision: "int8" }).key);
    expect(planText(JobPlan.parse(JSON.parse(planText(plan))))).toBe(planText(plan));
  });

  it("keeps new int8 scores out of a job of the rounding before, which can still be read", async () => {
    const old = planBefore({ precision: "int8" });
    expect(keyOf(old)).toBe(old.key);
    const message = /version 1 of int8's rounding, this Lacuna has version 2; .* another --out/;
    expect(() => requireSameRounding(old, "runs/scores")).toThrow(message);
    await expect(startJob(await storeWith(old), planned({ precision: "int8" }), classifier)).rejects.toThrow(message);
    await expect(startJob(await storeWith(old), planned({}), classifier)).rejects.toThrow("its --precision is int8");
  });
});

describe("a job begun where another one is", () => {
  const input = { uri: "/in/a.jsonl", source: "a", bytes: 2 };
  const begun = (inputs: object[], settings: Partial<JobSettings> = {}) =>
    planJob({ classifier, settings, inputs: inputs as never });

  it.each([
    ["a setting", [input], { textField: "body" }, "its --text-field is text, here it is body"],
    ["how many files", [input, { ...input, uri: "/in/b.jsonl" }], {}, "it has 1 input files, here there are 2"],
    ["which file", [{ ...input, uri: "/in/b.jsonl" }], {}, "its inputs differ from here on: /in/b.jsonl (2 bytes)"],
    ["a file that has grown", [{ ...input, bytes: 3 }], {}, "its inputs differ from here on: /in/a.jsonl (3 bytes)"],
    ["what a file is called", [{ ...input, source: "in/a" }], {}, 'it calls /in/a.jsonl "a", here it is called "in/a"'],
  ])("is refused, saying %s differs", async (_, inputs, settings, said) => {
    const store = await storeWith(begun([input]));
    await expect(startJob(store, begun(inputs, settings), classifier)).rejects.toThrow(said);
  });
});
