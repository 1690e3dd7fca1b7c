/** @file The `classifier-report` stage: finished classifiers side by side, with intervals, figures and costs. */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic, writeJson } from "../../base/files.js";
import { defineStage } from "../../base/stage.js";
import { buildReport } from "./build.js";
import { classifiersMarkdown } from "./markdown.js";
import { renderClassifiers } from "./page.js";
import { Report } from "./results.js";

export const ClassifierReportOptions = z.object({
  classifiers: z.array(z.string()).min(1).describe("finished classifiers (npx lacuna classifier fit)"),
  names: z
    .array(z.string().min(1))
    .optional()
    .describe("what to call them, in the same order (default: their folders)"),
  steps: z
    .array(z.string())
    .default([])
    .describe("pairs of names to compare on the same documents, e.g. encoder:bilm bilm:large"),
  weak: z.string().optional().describe("name of the classifier whose labels another learned (with both below)"),
  strong: z.string().optional().describe("name of the one that learned the true labels of the same documents"),
  student: z.string().optional().describe("name of the one that learned the weak labels"),
  resamples: z.int().min(20).default(1000).describe("draws of test documents behind each interval"),
  seed: z.int().default(1).describe("seed of the draws"),
  command: z.string().optional().describe("command to print as what made the classifiers"),
});

export const classifierReportStage = defineStage({
  name: "classifier-report",
  summary: "Compare classifiers: table with intervals, curves, calibration, sources, cost",
  why: "A better classifier is a better filter; what each step up buys, and costs, should be known before a corpus is scored",
  examples: [
    "npx lacuna classifier-report runs/demo/classifier runs/demo/classifier-2 --out runs/demo/classifiers",
    "npx lacuna classifier-report runs/encoder runs/bilm --names encoder biLM --steps encoder:biLM --out runs/classifiers",
  ],
  version: 2,
  options: ClassifierReportOptions,
  inputs: ["classifiers"],
  async run(options, { out, progress }) {
    const { classifiers, names, resamples, seed, command } = options;
    const report = Report.parse(
      buildReport(
        {
          ...{ classifiers, names, resamples, seed, command },
          steps: options.steps.map(parseStep),
          weakToStrong: weakToStrongOf(options),
        },
        (done) => progress({ done, total: resamples, unit: "draws" }),
      ),
    );
    await writeJson(join(out, "classifiers.json"), report);
    await writeFileAtomic(join(out, "report.html"), renderClassifiers(report));
    await writeFileAtomic(join(out, "report.md"), classifiersMarkdown(report));
    return Object.fromEntries(
      report.classifiers.map(({ name, probes }) => {
        const f1 = (of: typeof probes.token) => of.against.labels?.measures.f1 ?? null;
        return [name, { tokenF1: f1(probes.token), documentF1: f1(probes.document) }];
      }),
    );
  },
});

/** "encoder:bilm". @throws UserError when it is not a pair */
function parseStep(text: string): { from: string; to: string } {
  const names = text.split(":");
  if (names.length !== 2 || names.includes(""))
    throw new UserError(`--steps ${text} is not a pair. Give two names with a colon between them: encoder:bilm.`);
  return { from: names[0], to: names[1] };
}

function weakToStrongOf({ weak, strong, student }: z.infer<typeof ClassifierReportOptions>) {
  if (weak === undefined && strong === undefined && student === undefined) return undefined;
  if (weak !== undefined && strong !== undefined && student !== undefined) return { weak, strong, student };
  throw new UserError("Weak to strong compares three classifiers: give --weak, --strong and --student.");
}
