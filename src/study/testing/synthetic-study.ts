/**
 * @file SYNTHETIC study facts: invented numbers in the shape of a real study, for tests and for looking at figures.
 *
 * Losses follow known power laws (see `SYNTHETIC_SLOWDOWN`), so tests can ask for them back. Nothing here was measured.
 */
import { random } from "../../base/random.js";
import type { DocumentLosses } from "../../evaluate/index.js";
import { studyConfig } from "../budgets.js";
import type { RunFacts, StudyFacts } from "../facts.js";
import type { ArmFacts, HistoryPoint, SizeFacts } from "../results.js";
import { syntheticPassages, syntheticRoute } from "./synthetic-quality.js";

const DOMAINS = ["medical", "biology", "general"] as const;

const size = (width: number, tokensPerParameter: number, isLadder: boolean): SizeFacts => ({
  name: isLadder ? `${width}x2` : `${width}x2@${tokensPerParameter}`,
  ...{ width, layers: 2, heads: 2, tokensPerParameter, isLadder },
  parameters: 2048 * width + 24 * width ** 2,
});
export const SYNTHETIC_SIZES: SizeFacts[] = [
  size(16, 5, false),
  ...[16, 24, 32, 48].map((width) => size(width, 20, true)),
  size(48, 30, false),
];

const arm = (name: string, more: Partial<ArmFacts>): ArmFacts => ({
  ...{ name, method: "mask", labels: "classifier", threshold: 0.42, budget: "raw" },
  filteredShare: { train: 0.12, validation: 0.118 },
  ...{ hidden: { medical: 0.85, biology: 0.1, general: 0.04 }, retainTargets: 0.95 },
  ...more,
});
export const SYNTHETIC_ARMS: ArmFacts[] = [
  arm("baseline", { method: "none", threshold: null, filteredShare: { train: 0 }, hidden: {}, retainTargets: 1 }),
  arm("document", { method: "document", retainTargets: 1.08 }),
  arm("mask", {}),
  arm("remove", { method: "remove" }),
  arm("truth-mask", { labels: "truth" }),
  arm("random-mask", { labels: "random", retainTargets: 0.88 }),
  arm("wrong-topic-mask", { labels: "wrong-topic", retainTargets: 0.87 }),
];

/** Sizes at which each arm was trained; the baseline everywhere. */
const TRAINED: Record<string, readonly string[]> = {
  document: ["24x2", "48x2"],
  mask: ["16x2", "24x2", "32x2", "48x2"],
  remove: ["24x2", "48x2"],
  "truth-mask": ["24x2", "48x2"],
  "random-mask": ["24x2", "48x2"],
  "wrong-topic-mask": ["24x2", "48x2"],
};

/** The true slowdown behind the invented losses: value = at * (compute / 1e12) ** grows. */
export const SYNTHETIC_SLOWDOWN: Record<string, Record<(typeof DOMAINS)[number], { at: number; grows: number }>> = {
  baseline: { medical: { at: 1, grows: 0 }, biology: { at: 1, grows: 0 }, general: { at: 1, grows: 0 } },
  document: { medical: { at: 1.5, grows: 0.1 }, biology: { at: 1.02, grows: 0 }, general: { at: 0.98, grows: 0 } },
  mask: { medical: { at: 2.8, grows: 0.3 }, biology: { at: 1.08, grows: 0 }, general: { at: 1.01, grows: 0 } },
  remove: { medical: { at: 3.4, grows: 0.35 }, biology: { at: 1.15, grows: 0 }, general: { at: 1.05, grows: 0 } },
  "truth-mask": { medical: { at: 2, grows: 0.2 }, biology: { at: 1, grows: 0 }, general: { at: 1, grows: 0 } },
  "random-mask": { medical: { at: 1.15, grows: 0 }, biology: { at: 1.14, grows: 0 }, general: { at: 1.15, grows: 0 } },
  "wrong-topic-mask": { medical: { at: 1, grows: 0 }, biology: { at: 1, grows: 0 }, general: { at: 1.3, grows: 0 } },
};
const LAW = { medical: { a: 61, b: -0.0835 }, biology: { a: 47, b: -0.0755 }, general: { a: 42, b: -0.071 } };

export const syntheticFlops = ({ parameters, tokensPerParameter }: SizeFacts) =>
  6 * tokensPerParameter * parameters ** 2;

interface Invented {
  documents?: number;
  /** Seeds of every cell. */
  seeds?: readonly number[];
  /** Standard deviation of ln loss between runs that differ in their seed alone. */
  noise?: number;
  slowdown?: typeof SYNTHETIC_SLOWDOWN;
}

/** Invented facts of a study of four sizes, four arms and three controls. */
export function syntheticFacts({
  documents = 240,
  seeds = [1, 2],
  noise = 0.003,
  slowdown = SYNTHETIC_SLOWDOWN,
}: Invented = {}): StudyFacts {
  const trainedAt = (arm: ArmFacts) =>
    SYNTHETIC_SIZES.filter(({ name }) => arm.name === "baseline" || TRAINED[arm.name].includes(name));
  return {
    version: "0.0.0-synthetic",
    processor: "SYNTHETIC processor",
    synthetic: true,
    domain: "medicine",
    config: { ...studyConfig("demo"), sizes: [16, 24, 32, 48].map((width) => ({ width, layers: 2, heads: 2 })) },
    commands: ["npx lacuna study --budget demo   # SYNTHETIC: not what made this file"],
    corpus: {
      name: "SYNTHETIC dictionary pages",
      domainsFrom: "truth",
      splits: ["train", "validation", "test"].map((split, i) => {
        const tokens = [1_350_000, 75_000, 75_000][i];
        const domains = { medical: tokens * 0.1, biology: tokens * 0.2, general: tokens * 0.7 };
        return { split, documents: tokens / 250, tokens, domains };
      }),
    },
    roles: { medical: "forget", biology: "retain", general: "retain" },
    sizes: SYNTHETIC_SIZES,
    arms: SYNTHETIC_ARMS,
    routes: [syntheticRoute("lexicon-ngram"), syntheticRoute("latents-bilm")],
    unigram: Object.fromEntries(DOMAINS.map((domain) => [domain, { lossSum: 9 * 1000, count: 1000 }])),
    runs: SYNTHETIC_ARMS.flatMap((arm) =>
      trainedAt(arm).flatMap((size) =>
        seeds.map((seed) => syntheticRun(size, arm, seed, { documents, noise, slowdown })),
      ),
    ),
    passages: syntheticPassages(),
  };
}

function syntheticRun(
  size: SizeFacts,
  { name, filteredShare }: ArmFacts,
  seed: number,
  { documents, noise, slowdown }: Required<Omit<Invented, "seeds">>,
): RunFacts {
  const flops = syntheticFlops(size);
  const rawTokens = size.tokensPerParameter * size.parameters;
  const steps = Math.round(rawTokens / 4096);
  const luck = noise * random(seed, `synthetic luck ${size.name} ${name}`).normal();
  const loss = (domain: (typeof DOMAINS)[number]) => {
    const { at, grows } = slowdown[name][domain];
    const matched = flops / (at * (flops / 1e12) ** grows);
    return LAW[domain].a * matched ** LAW[domain].b * Math.exp(luck);
  };
  const training = name === "baseline" ? 0.08 * loss("medical") + 0.92 * loss("general") : loss("general");
  return {
    ...{ size: size.name, arm: name, seed, flops, steps, rawTokens },
    effectiveTokens: Math.round(rawTokens * (name === "document" ? 1 : 1 - filteredShare.train)),
    epochs: rawTokens / (1_350_000 * (name === "document" ? 1 - filteredShare.train : 1)),
    history: syntheticHistory(steps, training, `${size.name} ${name} ${seed}`),
    losses: syntheticLosses(documents, DOMAINS.map(loss)),
  };
}

/** Documents share their difficulty over all runs: that is what pairing uses. */
function syntheticLosses(documents: number, means: number[]): DocumentLosses {
  const difficulty = random(0, "synthetic documents");
  const lossSum = new Float64Array(documents * means.length);
  const count = new Uint32Array(documents * means.length);
  for (let cell = 0; cell < count.length; cell++) {
    const mean = means[cell % means.length];
    count[cell] = 20 + difficulty.integer(60);
    lossSum[cell] = count[cell] * mean * Math.exp(0.25 * difficulty.normal());
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
