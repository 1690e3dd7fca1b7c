/** @file The `boundary` stage: does a model still know where the domain begins? Linear probes on its states. */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { defineStage } from "../../base/stage.js";
import { fitProbe } from "../../classify/index.js";
import { findInputs, type SPLITS, wholeRows } from "../../corpus/index.js";
import { openStates } from "../../nn/index.js";
import { loadTokenizer, requireSameTokenizer } from "../../tokens/index.js";
import { readSided } from "./labelled.js";
import { type Passages, planPassages, readPassages } from "./passages.js";
import { judgeProbe, type ProbeQuality } from "./probe.js";
import { probePair, type SubdomainPair, usableSubdomains } from "./subdomains.js";
import { readTokenRows } from "./token-rows.js";

export const BoundaryOptions = z.object({
  model: z.string().describe("model directory, as written by npx lacuna pretrain"),
  tokens: z.string().describe("token shards, as written by npx lacuna tokenize"),
  labels: z.string().optional().describe("labels that say which tokens are forget, in place of the corpus's own truth"),
  forget: z.array(z.string()).min(1).default(["medical"]).describe("truth domains to forget"),
  retain: z.array(z.string()).min(1).default(["biology", "general"]).describe("truth domains to keep"),
  strengths: z.array(z.number().positive()).min(1).default([0.1, 1, 10]).describe("L2 penalties to try"),
  maxTokens: z
    .int()
    .positive()
    .default(60_000)
    .describe("tokens the probe is fitted on; half as many choose, and test"),
  readTokens: z.int().positive().default(500_000).describe("tokens read to draw them from, per split at most"),
  subjects: z
    .array(z.string())
    .default([])
    .describe("records with id and subject: subdomains are told by subject instead of by source"),
  passage: z.int().positive().default(64).describe("tokens of a passage of a subdomain"),
  passages: z
    .int()
    .positive()
    .default(600)
    .describe("passages of a subdomain to fit on; half as many choose, and test"),
  seed: z.int().default(1).describe("seed of everything drawn"),
});

export interface BoundaryResult {
  /** Forget against retain tokens (paper Fig. 8). */
  forgetRetain: ProbeQuality & {
    from: "truth" | "labels";
    layer: number;
    strength: number;
    /** Best validation average precision of each layer, 0 = embedding. */
    layers: { layer: number; averagePrecision: number }[];
  };
  /** Pairs of subdomains (paper Fig. 21), and what was missing of those left out. */
  subdomains: SubdomainPair[];
  lacking: Record<string, string>;
}

export const boundaryStage = defineStage({
  name: "boundary",
  summary: "Probe a model's states for forget against retain, and between subdomains",
  why: "A model that never learnt a domain may still know where it begins: then it can refuse, and a filter can be built on it",
  examples: [
    "npx lacuna boundary --model runs/demo/train-mask-40x2-s1 --tokens runs/demo/tokens --out boundary-mask",
    "npx lacuna boundary --model my-model --tokens my-tokens --labels my-labels --subjects corpus.jsonl --out boundary",
  ],
  version: 2,
  options: BoundaryOptions,
  inputs: ["model", "tokens", "labels", "subjects"],
  async run(options, { progress, threads }): Promise<BoundaryResult> {
    const { model, tokens, strengths, seed } = options;
    const tokenizer = loadTokenizer(tokens);
    requireSameTokenizer(
      { what: model, fingerprint: loadTokenizer(model).fingerprint },
      { what: tokens, fingerprint: tokenizer.fingerprint },
      "Give the tokens the model was trained on.",
    );
    const specials = new Set(Object.values(tokenizer.specials));
    const subjects = await readSubjects(options.subjects);
    const reader = await openStates(model, { threads });
    try {
      if (reader.model.direction !== "forward")
        throw new UserError(`${model} reads from the end of a document. Give a model that reads forward.`);
      const layers = Array.from({ length: reader.model.config.layers + 1 }, (_, layer) => layer);
      const { width } = reader.model.config;
      const passages: Partial<Record<(typeof SPLITS)[number], Passages>> = {};
      const read = async (split: (typeof SPLITS)[number], wanted: readonly number[]) => {
        const sided = readSided(options, split);
        const share = split === "train" ? 1 : 0.5;
        const [rows, most, readMost] = [options.maxTokens, options.passages, options.readTokens].map((size) =>
          Math.ceil(size * share),
        );
        const subdomainOf = (document: number) => {
          const { id, source } = sided.names[document];
          return subjects ? subjects.get(id) : source;
        };
        const plan = planPassages(sided, subdomainOf, { length: options.passage, most, seed });
        passages[split] = await readPassages(reader, sided, plan, layers, options.passage);
        return readTokenRows(reader, sided, wanted, specials, { tokens: rows, readTokens: readMost, seed }, (done) =>
          progress({ done, unit: "tokens", detail: `reading ${split}` }),
        );
      };
      const [train, validation] = [await read("train", layers), await read("validation", layers)];
      for (const { labels } of [train, validation])
        if (new Set(labels).size < 2)
          throw new UserError(`${tokens} has tokens of one side only in train or validation.`);
      let fits = 0;
      const total = layers.length * new Set(strengths).size;
      const fitted = fitProbe(train, validation, strengths, () =>
        progress({ done: ++fits, total, unit: "fits", detail: "fitting" }),
      );
      // Everything is decided; now the test documents are read.
      const test = await read("test", [fitted.layer]);
      const best = (layer: number) =>
        Math.max(...fitted.candidates.filter((one) => one.layer === layer).map((one) => one.averagePrecision));
      const splits = passages as Record<(typeof SPLITS)[number], Passages>;
      const { usable, lacking } = usableSubdomains(splits);
      const pairs = usable.flatMap((first, index) => usable.slice(index + 1).map((second) => [first, second] as const));
      return {
        forgetRetain: {
          ...judgeProbe(fitted, test, seed),
          ...{
            from: options.labels === undefined ? "truth" : "labels",
            layer: fitted.layer,
            strength: fitted.strength,
          },
          layers: layers.map((layer) => ({ layer, averagePrecision: best(layer) })),
        },
        subdomains: pairs.map((pair) => probePair(pair, splits, layers, { strengths, width, seed })),
        lacking,
      };
    } finally {
      await reader.release();
    }
  },
});

const MAX_RECORD_BYTES = 2 ** 28;

/** Subject of each document by id; undefined when no file is given. */
async function readSubjects(paths: readonly string[]): Promise<Map<string, string> | undefined> {
  if (paths.length === 0) return undefined;
  const subjects = new Map<string, string>();
  const options = { textField: "id", idField: "id", maxRecordBytes: MAX_RECORD_BYTES, keepFields: ["subject"] };
  for (const file of await findInputs(paths)) {
    for await (const row of wholeRows(file, options))
      if (row.kind === "document" && typeof row.fields?.subject === "string") subjects.set(row.id, row.fields.subject);
  }
  if (subjects.size === 0) throw new UserError(`${paths.join(", ")} holds no record with id and subject.`);
  return subjects;
}
