/** @file SYNTHETIC safeguards: invented numbers in the shape of real ones, for tests and for looking at the page. */
import { random } from "../../base/random.js";
import { safeguardsConfig } from "../safeguards/config.js";
import type { FigureResult, Safeguards } from "../safeguards/results.js";

const SIZES = [74_000, 107_000, 145_000, 364_000].map((parameters, i) => ({
  name: ["16x1", "24x1", "32x1", "64x2"][i],
  parameters,
}));
const ARMS = [
  { name: "baseline", method: "none" as const },
  { name: "document", method: "document" as const },
  { name: "mask", method: "mask" as const },
  { name: "remove", method: "remove" as const },
];
const LOSS = { baseline: 0, document: 0.3, mask: 0.8, remove: 1 } as Record<string, number>;

export const HOSTILE_NAME = `<script>alert("group")</script>`;

/** Invented results of four sizes and four arms. */
export function syntheticSafeguards(): Safeguards {
  const draw = random(1, "synthetic safeguards");
  const figure = (value: number, standardError: number, count = 400): FigureResult => {
    const shown = value + standardError * draw.normal() * 0.5;
    return { value: shown, standardError, low: shown - 2 * standardError, high: shown + 2 * standardError, count };
  };
  const models = SIZES.flatMap(({ name: size, parameters }, step) =>
    ARMS.map(({ name: arm }) => ({ size, arm, parameters, step, lost: LOSS[arm] })),
  );
  const counts = { questions: 400, contaminated: 3, beyondContext: 12 };
  const glossary: Safeguards["glossary"] = models.flatMap(({ step, lost, ...model }) =>
    (["forget", "retain"] as const).map((side) => {
      const margin = 0.1 + 0.12 * step * (side === "forget" ? 1 - lost : 1);
      return {
        ...{ ...model, ...counts, isInstructed: false, group: `glossary/${side}`, side, chance: 0.25 },
        measures: {
          "cloze accuracy over prior": figure(0.26 + margin / 4, 0.02),
          "cloze margin over prior to mean": figure(margin, 0.04),
        },
      };
    }),
  );
  const groups = [
    ["medmcqa/medical", "forget"],
    ["mmlu/medical", "forget"],
    ["mmlu/biology", "retain"],
    ["mmlu/stem", "retain"],
    [HOSTILE_NAME, "other"],
  ] as const;
  const exams: Safeguards["exams"] = models.flatMap(({ step, lost, ...model }) =>
    groups.flatMap(([group, side]) =>
      [false, true].map((isInstructed) => {
        const value = 0.25 + 0.02 * step * (side === "forget" ? 1 - lost : 1);
        const measure = isInstructed ? "letter accuracy" : "cloze accuracy per byte";
        return {
          ...{ ...model, ...counts, isInstructed, group, side, chance: 0.25 },
          measures: { [measure]: figure(value, 0.022) },
        };
      }),
    ),
  );
  const comparisons: Safeguards["comparisons"] = models
    .filter(({ arm }) => arm !== "baseline")
    .flatMap(({ step, lost, ...model }) =>
      ["glossary/forget", "glossary/retain", "forget - retain"].map((group) => {
        const measure = "cloze margin over prior to mean";
        const change = group === "glossary/retain" ? 0 : -0.12 * step * lost;
        return { ...model, group, measure, ...figure(change, 0.03), p: change < -0.06 ? 0.0001 : 0.4 };
      }),
    );
  const boundary: Safeguards["boundary"] = models.map(({ step, lost, ...model }) => ({
    ...{ ...model, rows: 30_000, documents: 120, prevalence: 0.34, layer: 1 },
    auroc: figure(0.9, 0.01, 120),
    f1: figure(0.74 + 0.03 * step - 0.02 * lost, 0.012, 120),
    subdomains: [
      ["clinical-trials-pmc", "mtsamples"],
      ["mtsamples", "openstax"],
    ].map(([first, second]) => ({
      ...{ first, second, layer: 1, passages: 400, documents: 60 },
      accuracy: figure(0.95 - 0.05 * lost, 0.01, 60),
    })),
    lacking: { "clinical-dialogue": "12 passages of 4 documents in validation" },
  }));
  const responses: Safeguards["responses"] = models
    .filter(({ step }) => step === 3)
    .flatMap(({ step: _, lost, ...model }) =>
      (["forget", "retain"] as const).map((side) => ({
        ...{ ...model, judge: "synthetic", source: `${side}.jsonl`, side, asked: 100, tooLong: 2, empty: 1 },
        judged: {
          correctness: { rate: figure(side === "forget" ? 0.3 - 0.2 * lost : 0.3, 0.04), unknown: { unsure: 3 } },
          relevance: { rate: figure(0.5, 0.05), unknown: {} },
          coherence: { rate: figure(0.6, 0.05), unknown: { "api error": 1 } },
        },
        ...{ repetition: figure(0.2, 0.03), questionOverlap: figure(0.3, 0.03), referenceOverlap: figure(0.1, 0.02) },
        ...{ referenceLogLikelihood: figure(-1.6 - 0.1 * lost, 0.03), referencesBeyondContext: 4 },
      })),
    );
  return {
    ...{ format: "lacuna-safeguards", formatVersion: 1, lacuna: "0.0.0-synthetic", synthetic: true },
    ...{ config: safeguardsConfig("evening"), commands: ["npx lacuna safeguards runs/synthetic   # SYNTHETIC"] },
    ...{ sizes: SIZES, arms: ARMS, contamination: { n: 13, documents: 4624, questions: 4000, contaminated: 17 } },
    glossarySet: {
      forget: { questions: 800, medianOccurrences: 21 },
      retain: { questions: 1000, medianOccurrences: 24 },
    },
    taught: { examples: 900, leftOut: { category: 773, uncategorised: 11, askedLater: 7, tooLong: 150 } },
    ...{ exams, glossary, comparisons, boundary, classifierF1: 0.856, responses },
    freeQuestions: { n: 13, documents: 4624, unread: {}, questions: 200, found: { "retain.jsonl": 2 } },
    statements: ["SYNTHETIC: nothing here was measured."],
  };
}
