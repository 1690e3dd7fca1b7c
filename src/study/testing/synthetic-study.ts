/**
 * @file SYNTHETIC study facts: invented numbers in the shape of a real study, for tests and for looking at figures.
 *
 * Losses follow known power laws (see `SYNTHETIC_SLOWDOWN`), so tests can ask for them back. Nothing here was measured.
 */
import { random } from "../../base/random.js";
import type { DocumentLosses } from "../../evaluate/index.js";
import type { StudyConfig } from "../config.js";
import type { RunFacts, StudyFacts } from "../facts.js";
import type { ArmFacts, HistoryPoint, SizeFacts } from "../results.js";
import { syntheticClassifier, syntheticLabels, syntheticPassages } from "./synthetic-quality.js";

const DOMAINS = ["medical", "biology", "general"] as const;

export const SYNTHETIC_SIZES: SizeFacts[] = [
  { name: "w32-l1", width: 32, layers: 1, heads: 1, parameters: 143_000 },
  { name: "w64-l2", width: 64, layers: 2, heads: 2, parameters: 361_000 },
  { name: "w96-l2", width: 96, layers: 2, heads: 3, parameters: 614_000 },
  { name: "w128-l3", width: 128, layers: 3, heads: 4, parameters: 1_115_000 },
];

const arm = (name: string, method: ArmFacts["method"], share: number): ArmFacts => ({
  name,
  method,
  threshold: method === "none" ? null : 0.42,
  budget: "raw",
  filteredShare: { train: share, validation: share * 0.98 },
});
export const SYNTHETIC_ARMS = [
  arm("baseline", "none", 0),
  arm("document", "document", 0.16),
  arm("mask", "mask", 0.081),
  arm("remove", "remove", 0.081),
];

/** The true slowdown behind the invented losses: value = at * (compute / 1e13) ** grows. */
export const SYNTHETIC_SLOWDOWN: Record<string, Record<(typeof DOMAINS)[number], { at: number; grows: number }>> = {
  baseline: { medical: { at: 1, grows: 0 }, biology: { at: 1, grows: 0 }, general: { at: 1, grows: 0 } },
  document: { medical: { at: 2.4, grows: 0.28 }, biology: { at: 1.15, grows: 0.02 }, general: { at: 0.95, grows: 0 } },
  mask: { medical: { at: 4, grows: 0.4 }, biology: { at: 1.08, grows: 0.02 }, general: { at: 1, grows: 0 } },
  remove: { medical: { at: 5.5, grows: 0.52 }, biology: { at: 1.12, grows: 0.03 }, general: { at: 1.01, grows: 0 } },
};
const LAW = { medical: { a: 61, b: -0.0835 }, biology: { a: 47, b: -0.0755 }, general: { a: 42, b: -0.071 } };

const flopsOf = ({ parameters }: SizeFacts) => 6 * parameters * 20 * parameters;

/** Invented facts of a study of four sizes and four arms. Several seeds differ by an invented training noise. */
export function syntheticFacts({ documents = 240, seeds = [1] } = {}): StudyFacts {
  return {
    version: "0.0.0-synthetic",
    synthetic: true,
    domain: "medicine",
    config: syntheticConfig(),
    commands: ["lacuna study --budget demo   # SYNTHETIC: not what made this file"],
    corpus: {
      name: "SYNTHETIC corpus",
      domainsFrom: "truth",
      splits: ["train", "validation", "test"].map((split, i) => {
        const tokens = [1_350_000, 75_000, 75_000][i];
        const domains = { medical: tokens * 0.08, biology: tokens * 0.27, general: tokens * 0.65 };
        return { split, documents: tokens / 250, tokens, domains };
      }),
    },
    roles: { medical: "forget", biology: "retain", general: "retain" },
    sizes: SYNTHETIC_SIZES,
    arms: SYNTHETIC_ARMS,
    labels: syntheticLabels(),
    classifier: syntheticClassifier(),
    runs: SYNTHETIC_SIZES.flatMap((size) =>
      SYNTHETIC_ARMS.flatMap((arm) => seeds.map((seed) => syntheticRun(size, arm, seed, documents))),
    ),
    passages: syntheticPassages(),
  };
}

function syntheticRun(size: SizeFacts, { name, filteredShare }: ArmFacts, seed: number, documents: number): RunFacts {
  const flops = flopsOf(size);
  const steps = Math.round((20 * size.parameters) / 4096);
  const loss = (domain: (typeof DOMAINS)[number]) => {
    const { at, grows } = SYNTHETIC_SLOWDOWN[name][domain];
    const matched = flops / (at * (flops / 1e13) ** grows);
    return LAW[domain].a * matched ** LAW[domain].b;
  };
  const training = name === "baseline" ? 0.08 * loss("medical") + 0.92 * loss("general") : loss("general");
  return {
    size: size.name,
    arm: name,
    seed,
    flops,
    steps,
    rawTokens: 20 * size.parameters,
    effectiveTokens: Math.round(20 * size.parameters * (name === "document" ? 1 : 1 - filteredShare.train)),
    epochs: (20 * size.parameters) / (1_350_000 * (name === "document" ? 1 - filteredShare.train : 1)),
    history: syntheticHistory(steps, training, `${size.name} ${name} ${seed}`),
    losses: syntheticLosses(documents, DOMAINS.map(loss), seed, `${size.name} ${name} ${seed}`),
  };
}

/** Documents share their difficulty over all runs (that is what pairing uses); runs add a little noise of their own. */
function syntheticLosses(documents: number, means: number[], seed: number, run: string): DocumentLosses {
  const difficulty = random(0, "synthetic documents");
  const own = random(seed, `synthetic losses ${run}`);
  const lossSum = new Float64Array(documents * means.length);
  const count = new Uint32Array(documents * means.length);
  for (let cell = 0; cell < count.length; cell++) {
    const mean = means[cell % means.length];
    count[cell] = 20 + difficulty.integer(60);
    lossSum[cell] = count[cell] * mean * Math.exp(0.25 * difficulty.normal() + 0.08 * own.normal());
  }
  return { domains: DOMAINS, lossSum, count };
}

function syntheticHistory(steps: number, final: number, run: string): HistoryPoint[] {
  const rng = random(0, `synthetic history ${run}`);
  return Array.from({ length: steps }, (_, i): HistoryPoint => {
    const share = (i + 1) / steps;
    const loss = final + (8.3 - final) * Math.exp(-9 * share ** 0.6) + 0.05 * rng.normal();
    const validates = (i + 1) % Math.ceil(steps / 10) === 0 || i === steps - 1;
    return { step: i + 1, loss, ...(validates ? { validation: loss + 0.04 } : {}) };
  });
}

function syntheticConfig(): StudyConfig {
  const model = { width: 64, layers: 2, heads: 2 };
  return {
    budget: "demo",
    seed: 1,
    vocabulary: 4096,
    sizes: SYNTHETIC_SIZES.map(({ width, layers, heads }) => ({ width, layers, heads })),
    tokensPerParameter: 20,
    context: 256,
    batch: 16,
    sae: { latents: 512 },
    label: { sd: 4, minStrong: 2 },
    filteredShare: 0.25,
    biLm: { ...model, tokensPerParameter: 80 },
    classifier: { maxTokens: 100_000 },
  };
}
