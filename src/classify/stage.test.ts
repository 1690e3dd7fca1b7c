import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { runStage } from "../base/stage.js";
import { temporaryFolder } from "../testing/folder.js";
import { readDocument, readTokens } from "../tokens/index.js";
import { readClassifierFile } from "./classifier-file.js";
import { readClassifier } from "./probe-file.js";
import { openClassifier } from "./scorer.js";
import { classifierStage } from "./stage.js";
import { readTestRows } from "./test-rows.js";
import {
  type SmallPipeline,
  type SmallPipelineOptions,
  smallEncoder,
  smallPipeline,
} from "./testing/small-pipeline.js";

type Change = (paths: SmallPipeline) => object;

/** Runs the whole of it on synthetic text in `root`; the classifier is <root>/classifier. */
async function classify(options: SmallPipelineOptions = {}, change: Change = () => ({}), root = temporaryFolder()) {
  const paths = await smallPipeline(root, options);
  const out = join(root, "classifier");
  const manifest = await runStage(
    classifierStage,
    { kind: "bilm", ...paths, maxTokens: 1500, layers: [0, 2], ...change(paths) },
    out,
  );
  return {
    root,
    paths,
    out,
    manifest,
    file: readClassifierFile(out),
    probe: readFileSync(join(out, "probe.safetensors")),
  };
}

let usual: Awaited<ReturnType<typeof classify>>;
beforeAll(async () => {
  usual = await classify({}, undefined, mkdtempSync(join(tmpdir(), "lacuna-test-")));
});
afterAll(() => rmSync(usual.root, { recursive: true }));

describe("the classifier stage, on synthetic letters", () => {
  it("finds the forget letters and forget documents on unseen documents", () => {
    const { file } = usual;
    expect(file.token.quality.test.auroc).toBeGreaterThan(0.9);
    expect(file.document.quality.test.auroc).toBeGreaterThan(0.9);
    expect(file.token.truth!.test.atThreshold.f1).toBeGreaterThan(0.9);
    expect(file.token.candidates).toHaveLength(6);
    expect(file.token.quality.test.rows).toBe(750);
    expect(Object.keys(file.token.quality.test.sources)).toEqual(["even", "odd"]);
    expect(file.domain).toBe("letters");
  });

  it("decides everything before test: other test labels change nothing but what is measured on test", async () => {
    const [a, b] = [usual, await classify({ relabel: (l, split) => (split === "test" ? 1 - l : l) })];
    expect(b.probe.equals(a.probe)).toBe(true);
    const { quality: seenA, truth: truthA, ...decidedA } = a.file.token;
    const { quality: seenB, truth: truthB, ...decidedB } = b.file.token;
    expect(decidedB).toEqual(decidedA);
    expect(seenB.validation).toEqual(seenA.validation);
    expect(seenB.test).not.toEqual(seenA.test);
    expect(truthB).toEqual(truthA);
  });

  it("never lets the truth choose: reversed truth changes nothing but what is measured against truth", async () => {
    const [a, b] = [usual, await classify({ reverseTruth: true })];
    expect(b.probe.equals(a.probe)).toBe(true);
    const { truth: truthA, ...restA } = a.file.token;
    const { truth: truthB, ...restB } = b.file.token;
    expect(restB).toEqual(restA);
    expect(truthB).not.toEqual(truthA);
  });

  it("gives the same bytes twice", async () => {
    expect((await classify()).manifest.fingerprint).toBe(usual.manifest.fingerprint);
  });

  it("keeps the test rows it was judged on", () => {
    const { file } = usual;
    const { token, document, sources } = readTestRows(usual.out);
    expect(token.logits).toHaveLength(file.token.quality.test.rows);
    expect(document.logits).toHaveLength(file.document.quality.test.rows);
    expect(new Set(sources)).toEqual(new Set(["even", "odd"]));
    const { threshold, recall } = file.token.quality.test.atThreshold;
    const hits = token.labels.filter((label, row) => label === 1 && token.scores[row] >= Math.round(255 * threshold));
    expect(hits.length / token.labels.filter((label) => label === 1).length).toBeCloseTo(recall, 10);
    const known = token.truth!.filter((value) => value <= 1);
    expect(known).toHaveLength(file.token.truth!.test.rows);
  });

  it("measures against reference labels beside its own, and lets them choose nothing", async () => {
    const root = temporaryFolder();
    const gold = await smallPipeline(join(root, "gold"));
    const change = () => ({ reference: gold.labels });
    const { file, probe } = await classify({ relabel: (l, _split, place) => (place % 3 ? l : 0) }, change);
    const alone = await classify({ relabel: (l, _split, place) => (place % 3 ? l : 0) });
    expect(probe.equals(alone.probe)).toBe(true);
    expect(file.token.quality).toEqual(alone.file.token.quality);
    expect(file.token.reference!.test.prevalence).toBeGreaterThan(file.token.quality.test.prevalence * 1.3);
    expect(file.token.reference!.test.prevalence).toBe(usual.file.token.quality.test.prevalence);
  });

  it("reads an encoder in place of both halves, and says that it cannot score a corpus", async () => {
    const root = temporaryFolder();
    const { left, right, ...paths } = await smallPipeline(root);
    const encoder = await smallEncoder(root, paths.tokens);
    const out = join(root, "on-encoder");
    await runStage(classifierStage, { kind: "encoder", ...paths, encoder, maxTokens: 1500, layers: [0, 2] }, out);
    const file = readClassifierFile(out);
    expect(file).toMatchObject({ kind: "encoder", widths: { encoder: 32 } });
    expect(file.token.truth!.test.atThreshold.f1).toBeGreaterThan(0.9);
    await expect(openClassifier(out)).rejects.toThrow(/cannot score a corpus.*--left DIR --right DIR/);
    const both = { kind: "bilm" as const, ...paths, encoder, left, right };
    await expect(runStage(classifierStage, both, join(root, "both"))).rejects.toThrow(
      /of kind bilm reads --left DIR --right DIR; given was --left DIR --right DIR --encoder DIR/,
    );
    const half = { kind: "encoder" as const, ...paths, encoder: left };
    await expect(runStage(classifierStage, half, join(root, "half"))).rejects.toThrow(/is no encoder/);
    const halves = { kind: "bilm" as const, ...paths, left: encoder, right };
    await expect(runStage(classifierStage, halves, join(root, "wrong"))).rejects.toThrow(/Give it alone: --encoder/);
  });

  it("stands alone: a copy scores with nothing beside it", async () => {
    const out = join(temporaryFolder(), "moved");
    cpSync(usual.out, out, { recursive: true });
    const document = readDocument(readTokens(usual.paths.tokens, "test"), 0);
    const classifier = await openClassifier(out);
    for await (const { tokenScores } of classifier.score([document])) expect(tokenScores).toHaveLength(document.length);
    await classifier.release();
  });

  it("tries every layer, embedding and last included, unless told which", async () => {
    const { file } = await classify({}, () => ({ layers: [], strengths: [1] }));
    expect(file.token.candidates.map(({ layer }) => layer)).toEqual([0, 1, 2]);
    expect(usual.file.token.candidates.map(({ layer }) => layer)).toEqual([0, 0, 0, 2, 2, 2]);
  });

  it("does without a class that validation or test lacks, and says so", async () => {
    const oneSided = (wanted: string) => ({
      relabel: (label: number, split: string) => (split === wanted ? 1 : label),
    });
    const { file, out } = await classify(oneSided("validation"));
    expect(file.warnings).toHaveLength(2);
    expect(file.warnings[0]).toMatch(
      /^Of 750 sampled validation tokens 750 are forget\. Nothing chose layer 2 and penalty 1/,
    );
    expect(file.warnings[1]).toMatch(/^Of 40 sampled validation documents 40 are forget\..*mean of its tokens'/);
    expect(file.token).toMatchObject({ layer: 2, calibration: { slope: 1, intercept: 0 } });
    expect(file.token.thresholds.f1).toEqual({ threshold: 128 / 255, f1: null });
    expect(file.document.calibration).toEqual(file.token.calibration);
    expect(file.token.quality.test.auroc).toBeGreaterThan(0.9);
    expect(file.document.quality.test.auroc).toBeGreaterThan(0.9);
    const { probes } = readClassifier(out);
    expect(probes.document).toEqual(probes.token);
    const { file: blindTest } = await classify(oneSided("test"));
    expect(blindTest.warnings.map((text) => text.slice(0, 30))).toEqual([
      "Of 750 sampled test tokens 750",
      "Of 30 sampled test documents 3",
    ]);
    expect(blindTest.token.quality.test).toMatchObject({ auroc: null, averagePrecision: null });
  });

  it("explains what does not fit", async () => {
    const fails = async (options: SmallPipelineOptions, change: (paths: SmallPipeline) => object, message: RegExp) => {
      const error = await classify(options, change).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(UserError);
      expect((error as Error).message).toMatch(message);
    };
    await fails({}, ({ left, right }) => ({ left: right, right: left }), /reads reverse, this half must read forward/);
    await fails({}, () => ({ layers: [3] }), /layers 0 \(embedding\) to 2/);
    await fails({ relabel: () => 0 }, () => ({}), /0 are forget\. A classifier of .* needs both kinds/);
    await fails(
      {},
      ({ tokens }) => ({ labels: tokens }),
      /made by "npx lacuna tokenize", but "npx lacuna label" or .*output/,
    );
  });
});

describe("a stored classifier", () => {
  it("refuses a probe that does not fit its models", async () => {
    const out = join(temporaryFolder(), "damaged");
    cpSync(usual.out, out, { recursive: true });
    expect(readClassifier(out).probes.token.weights).toHaveLength(32);
    const path = join(out, "classifier.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"left": 16', '"left": 24'));
    expect(() => readClassifier(out)).toThrow(/holds 32 token weights, its models need 40/);
  });
});
