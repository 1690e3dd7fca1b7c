import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { classifierStage, labelDeriveStage, readClassifierFile } from "../../classify/index.js";
import { smallEncoder, smallPipeline } from "../../classify/testing/small-pipeline.js";
import { classifiersMarkdown } from "./markdown.js";
import { renderClassifiers } from "./page.js";
import { Report } from "./results.js";
import { classifierReportStage } from "./stage.js";

let root: string;
let report: Report;
const at = (name: string) => join(root, name);
const FOLDERS = ["bilm", "encoder-classifier", "noisy"];
const report3 = (out: string, options: object = {}) =>
  runStage(classifierReportStage, { classifiers: FOLDERS.map(at), resamples: 60, ...options }, at(out));

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lacuna-test-"));
  const { left, right, labels, tokens } = await smallPipeline(root);
  const encoder = await smallEncoder(root, tokens);
  await runStage(labelDeriveStage, { labels, tokens, noise: 0.3 }, at("noisy-labels"));
  const common = { tokens, maxTokens: 1000, layers: [0, 1], strengths: [1] };
  await runStage(classifierStage, { kind: "bilm", ...common, labels, left, right }, at("bilm"));
  await runStage(classifierStage, { kind: "encoder", ...common, labels, encoder }, at("encoder-classifier"));
  const noisy = { kind: "bilm" as const, ...common, left, right, labels: at("noisy-labels"), reference: labels };
  await runStage(classifierStage, noisy, at("noisy"));
  const roles = { weak: "noisy", strong: "bilm", student: "encoder-classifier" };
  await report3("report", { steps: ["noisy:bilm", "bilm:bilm"], command: "lacuna <made> it", ...roles });
  report = Report.parse(JSON.parse(readFileSync(at("report/classifiers.json"), "utf8")));
});
afterAll(() => rmSync(root, { recursive: true }));

describe("npx lacuna classifier-report, on classifiers of synthetic letters", () => {
  it("has the figures the classifiers themselves were measured with", () => {
    for (const name of ["bilm", "encoder-classifier"]) {
      const file = readClassifierFile(at(name));
      for (const granularity of ["token", "document"] as const) {
        const { against, flopsPerToken } = report.classifiers.find((one) => one.name === name)!.probes[granularity];
        for (const [standard, quality] of [
          ["labels", file[granularity].quality.test],
          ["truth", file[granularity].truth!.test],
        ] as const) {
          const { measures, rows, sources } = against[standard]!;
          expect(rows).toBe(quality.rows);
          expect(measures.f1.value).toBeCloseTo(quality.atThreshold.f1, 10);
          expect(measures.auroc.value).toBeCloseTo(quality.auroc!, 10);
          expect(measures.averagePrecision.value).toBeCloseTo(quality.averagePrecision!, 10);
          expect(measures.balancedF1.value).toBeCloseTo(quality.balanced.atThreshold.f1, 10);
          for (const { source, hits, falseAlarms, misses } of sources) {
            const { f1 } = quality.sources[source].atThreshold;
            if (hits > 0) expect((2 * hits) / (2 * hits + falseAlarms + misses)).toBeCloseTo(f1, 10);
          }
        }
        expect(flopsPerToken).toBe(file[granularity].flopsPerToken);
      }
    }
  });

  it("judges a classifier of noisy labels by the labels the others learned", () => {
    const [bilm, , noisy] = report.classifiers.map(({ probes }) => probes.token.against.labels!);
    expect(noisy.prevalence).toBe(bilm.prevalence);
    expect(readClassifierFile(at("noisy")).token.quality.test.prevalence).toBeGreaterThan(bilm.prevalence + 0.1);
  });

  it("compares on the same documents, and gives a classifier no difference to itself", () => {
    const found = report.steps.filter(({ from }) => from === "bilm");
    expect(found).toHaveLength(4);
    for (const { measures } of found) expect(measures.f1).toEqual({ value: 0, low: 0, high: 0 });
    const { recovered } = report.weakToStrong!.recovery[0];
    const value = (name: string) =>
      report.classifiers.find((one) => one.name === name)!.probes.token.against.labels!.measures.auroc.value!;
    const gap = (value("encoder-classifier") - value("noisy")) / (value("bilm") - value("noisy"));
    if (value("bilm") > value("noisy")) expect(recovered.auroc!.value).toBeCloseTo(gap, 10);
    else expect(recovered.auroc!.value).toBeNull();
  });

  it("gives the same bytes twice", async () => {
    const [first, second] = [await report3("once"), await report3("twice")];
    expect(second.fingerprint).toBe(first.fingerprint);
  });

  it("says what does not fit", async () => {
    for (const [options, message] of [
      [{ names: ["a"] }, /1 names for 3 classifiers/],
      [{ names: ["a", "b", "a"] }, /Two classifiers are called a/],
      [{ steps: ["bilm"] }, /--steps bilm is not a pair/],
      [{ steps: ["bilm:other"] }, /No classifier is called other; they are bilm, encoder-classifier, noisy/],
      [{ weak: "bilm" }, /give --weak, --strong and --student/],
    ] as const)
      await expect(report3("wrong", options)).rejects.toThrow(message);
  });
});

describe("the page and the text", () => {
  it("are whole: every classifier, figure and table, and no number that is none", () => {
    const page = renderClassifiers(report);
    const { document } = parseHTML(page);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    expect(document.querySelectorAll("figure")).toHaveLength(5);
    expect(document.querySelectorAll("script, link, img")).toHaveLength(0);
    for (const { name } of report.classifiers) expect(document.querySelector("#tables")!.textContent).toContain(name);
    const text = classifiersMarkdown(report);
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
    for (const heading of ["Tokens against the labels", "Documents against the held-out truth", "Weak to strong"])
      expect(text).toContain(`## ${heading}`);
    // Every row of a table has as many cells as its header.
    for (const block of text.split("\n\n").filter((part) => part.startsWith("|"))) {
      const cells = block.split("\n").map((line) => line.replace(/\\\|/g, "").split("|").length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  it("take hostile names and sources as text", () => {
    const hostile = `<img src=x onerror=alert(1)>|"'\u0000`;
    const dirty: Report = structuredClone(report);
    dirty.classifiers[0].name = hostile;
    dirty.classifiers[0].probes.token.against.labels!.sources[0].source = hostile;
    dirty.domain = hostile;
    dirty.steps = [];
    dirty.weakToStrong = null;
    const { document } = parseHTML(renderClassifiers(dirty));
    expect(document.querySelectorAll("img")).toHaveLength(0);
    expect(document.querySelector("#tables")!.textContent).toContain("<img src=x onerror=alert(1)>");
    expect(classifiersMarkdown(dirty)).not.toMatch(/(?<!\\)<img/);
  });

  it("do without truth, steps, weak labels and costs", () => {
    const bare: Report = structuredClone(report);
    bare.steps = [];
    bare.weakToStrong = null;
    for (const classifier of bare.classifiers) {
      classifier.parameters = classifier.trainingFlops = null;
      for (const probe of Object.values(classifier.probes)) {
        probe.flopsPerToken = null;
        delete probe.against.truth;
      }
    }
    expect(renderClassifiers(bare)).not.toMatch(/NaN|Infinity|undefined/);
    expect(classifiersMarkdown(bare)).not.toContain("held-out truth\n");
  });
});
