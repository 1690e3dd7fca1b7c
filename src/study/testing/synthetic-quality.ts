/** @file SYNTHETIC label and classifier quality, and invented passages, hostile markup included. Nothing was measured. */
import { random } from "../../base/random.js";
import type { ClassifierEvaluation, ClassifierFacts, LabelFacts, Passage, RouteFacts } from "../results.js";

/** A route with invented quality. */
export function syntheticRoute(name: string): RouteFacts {
  const isBiLm = name.endsWith("bilm");
  return {
    ...{ name, labels: syntheticLabels(), classifier: syntheticClassifier() },
    sae: isBiLm ? { latents: 512, kept: 41, fvu: 0.21, dead: 12 } : null,
    parameters: isBiLm ? 180_000 : null,
    trainingFlops: isBiLm ? 1.6e13 : null,
  };
}

function syntheticLabels(): LabelFacts {
  const quality = { labelledShare: 0.071, truthShare: 0.08, precision: 0.81, recall: 0.66, f1: 0.727 };
  return {
    method: "SYNTHETIC labels",
    evaluations: ["train", "test"].map((split) => ({ split, tokens: 75_000, ...quality })),
  };
}

/** Scores drawn from two invented distributions, graded as a real classifier would be. */
function syntheticClassifier(): ClassifierFacts {
  const rng = random(0, "synthetic scores");
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const scores = Array.from({ length: 20_000 }, () => {
    const isForget = rng.uniform() < 0.08;
    return { isForget, score: sigmoid((isForget ? 1.1 : -3.6) + 1.7 * rng.normal()) };
  });
  const flagged = scores.filter(({ score }) => score >= 0.42);
  const hits = flagged.filter(({ isForget }) => isForget).length;
  const positives = scores.filter(({ isForget }) => isForget).length;
  const of = (level: "token" | "document", against: "labels" | "truth"): ClassifierEvaluation => ({
    split: "test",
    level,
    against,
    prevalence: 0.08,
    auroc: { value: level === "token" ? 0.962 : 0.971, low: 0.95, high: 0.975 },
    f1: { value: (2 * hits) / (flagged.length + positives), low: 0.7, high: 0.8 },
    precision: hits / flagged.length,
    recall: hits / positives,
    curve: precisionRecall(scores),
    ...binned(scores),
  });
  return {
    kind: "ngram",
    layer: null,
    strength: 0.01,
    halves: { value: 0.93, low: 0.92, high: 0.94 },
    warnings: [],
    thresholds: { token: 0.42, document: 0.5 },
    evaluations: [of("token", "truth"), of("token", "labels"), of("document", "truth")],
  };
}

type Scored = { isForget: boolean; score: number };

function precisionRecall(scores: readonly Scored[]): ClassifierEvaluation["curve"] {
  const positives = scores.filter(({ isForget }) => isForget).length;
  return Array.from({ length: 60 }, (_, i) => {
    const threshold = 0.995 - i * 0.0166;
    const flagged = scores.filter(({ score }) => score >= threshold);
    const hits = flagged.filter(({ isForget }) => isForget).length;
    return { precision: hits / flagged.length, recall: hits / positives };
  });
}

function binned(scores: readonly Scored[]): Pick<ClassifierEvaluation, "calibration" | "histogram"> {
  const bins = Array.from({ length: 20 }, (_, bin) => ({
    from: bin / 20,
    to: (bin + 1) / 20,
    members: scores.filter(({ score }) => Math.floor(score * 20) === bin),
  }));
  return {
    calibration: bins.map(({ members }) => ({
      score: members.reduce((sum, { score }) => sum + score, 0) / members.length,
      observed: members.filter(({ isForget }) => isForget).length / members.length,
      count: members.length,
    })),
    histogram: bins.map(({ from, to, members }) => {
      const forget = members.filter(({ isForget }) => isForget).length;
      return { from, to, forget, retain: members.length - forget };
    }),
  };
}

/** Markup that must never be read as markup. */
export const HOSTILE_TEXT = `<script>alert("x")</script> </style><img src=x onerror='alert(1)'> & "quotes" \u2028 <!--`;

/** Invented text: a dictionary page with one invented illness in it, and a hostile document. */
export function syntheticPassages(): Passage[] {
  const page = (id: string, entries: [text: string, truth: string, mean: number][]): Passage => {
    const rng = random(0, `synthetic passage ${id}`);
    return {
      id,
      source: "SYNTHETIC",
      split: "test",
      threshold: 0.42,
      tokens: entries.flatMap(([text, truth, mean]) =>
        (text.match(/\s?[^\s]{1,6}|\s/g) ?? []).map((piece) => ({
          text: piece,
          truth,
          score: Math.min(0.99, Math.max(0.004, mean + 0.22 * rng.normal() * (mean > 0.5 ? 1 : 0.35))),
        })),
      ),
    };
  };
  return [
    page("synthetic page 1", [
      ["invented lantern: a lamp that is not in any dictionary, hung in a hall that does not exist; ", "general", 0.03],
      [
        "made-up fever: an invented disease marked by a rash of commas and treated with imaginary tablets; ",
        "medical",
        0.83,
      ],
      ["pretend fern: a plant of no known family whose fronds unroll in spring; ", "biology", 0.1],
      ["fictional toll: a fee paid for crossing a bridge that was never built", "general", 0.02],
    ]),
    page("synthetic page 2", [
      ["feigned artery: a vessel that carries invented blood away from an invented heart; ", "medical", 0.72],
      ["mock beetle: an insect drawn for this test with six careful legs; ", "biology", 0.22],
      ["sham tonic: a drink sold as a remedy in a story nobody told", "general", 0.45],
    ]),
    page(`synthetic hostile page ${HOSTILE_TEXT}`, [[HOSTILE_TEXT, "general", 0.3]]),
  ];
}
