/**
 * Prints the cost tables of docs/scale.md, or writes them into it, from the formulas in src/bench/scale.ts and from what
 * `npx lacuna bench score --json` and `npx lacuna bench tokenizer --json` measured. After a build:
 *
 *     node bench/scale.mjs [--score FILE] [--tokenizer FILE] [--write docs/scale.md] [--context 1024] [--utilisation 0.4]
 *                          [--price 2.5] [--core-price 0.03] [--overlap 0.5]
 *
 * Tables go between <!-- begin NAME --> and <!-- end NAME -->. Without the files of a bench its table says so.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  classifierCost,
  coreHours,
  gpuHours,
  overlapFactor,
  pretrainingFlops,
  SCALE_ASSUMPTIONS,
  SCALE_CLASSIFIERS,
  SCALE_MODELS,
  storageCost,
} from "../dist/bench/scale.js";
import { syntheticDocuments } from "../dist/bench/score-work.js";

const text = { type: "string" };
const { values } = parseArgs({
  options: {
    score: text,
    tokenizer: text,
    write: text,
    context: text,
    overlap: text,
    utilisation: text,
    price: text,
    "core-price": text,
  },
});
const number = (name, otherwise) => {
  const value = values[name] === undefined ? otherwise : Number(values[name]);
  if (!(value >= 0)) throw new Error(`--${name} ${values[name]} is not a number`);
  return value;
};
const assumed = {
  ...SCALE_ASSUMPTIONS,
  context: number("context", SCALE_ASSUMPTIONS.context),
  overlap: number("overlap", SCALE_ASSUMPTIONS.overlap),
  utilisation: number("utilisation", SCALE_ASSUMPTIONS.utilisation),
  pricePerGpuHour: number("price", SCALE_ASSUMPTIONS.pricePerGpuHour),
  pricePerCoreHour: number("core-price", SCALE_ASSUMPTIONS.pricePerCoreHour),
};
const readJson = (path) => (path === undefined ? undefined : JSON.parse(readFileSync(path, "utf8")));
const bench = readJson(values.score);
const tokenizer = readJson(values.tokenizer);

const CORPORA = { "1 T": 1e12, "15 T": 15e12 };
const costs = Object.keys(SCALE_CLASSIFIERS).map((name) => classifierCost(name, assumed));
const documents = syntheticDocuments(2_000_000);
const meanTokens = documents.reduce((sum, { length }) => sum + length, 0) / documents.length;

const grouped = (value) => Math.round(value).toLocaleString("en-US");
const short = (value) => (value >= 100 ? grouped(value) : value.toPrecision(2));
const money = (value) => `$${short(value)}`;
const percent = (share) => `${(100 * share).toPrecision(2)} %`;
const scientific = (value) => value.toExponential(2).replace("e+", "e");
const size = (bytes) => (bytes >= 1e12 ? `${(bytes / 1e12).toPrecision(3)} TB` : `${(bytes / 1e9).toPrecision(3)} GB`);
const table = (header, ...rows) =>
  [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

const tables = {
  arithmetic: table(
    [
      "classifier (each half)",
      "width x blocks",
      "parameters of a half",
      "MFLOPs per token, each position once",
      "with windows that overlap",
      "factor",
    ],
    ...costs.map(({ name, config, parameters, flopsOnce, flopsPerToken }) => [
      name,
      `${config.width} x ${config.layers}`,
      grouped(parameters),
      (flopsOnce / 1e6).toFixed(0),
      (flopsPerToken / 1e6).toFixed(0),
      (flopsPerToken / flopsOnce).toFixed(2),
    ]),
  ),
  overlap: table(
    ["tokens in a document", ...[256, 1024, 2048].map((context) => `context ${context}`)],
    ...[200, 500, 1000, 2000, 5000, 50_000].map((length) => [
      grouped(length),
      ...[256, 1024, 2048].map((context) => overlapFactor(length, { context, overlap: assumed.overlap }).toFixed(2)),
    ]),
  ),
  accelerators: [
    `Assumed: ${scientific(assumed.peakFlops)} FLOP/s peak (H100, bf16, dense), ${percent(assumed.utilisation)} of it reached, $${assumed.pricePerGpuHour} per GPU-hour, context ${assumed.context}, windows overlapping by ${percent(assumed.overlap)}, documents of ${grouped(meanTokens)} tokens on average.`,
    "",
    table(
      ["classifier", ...Object.keys(CORPORA).flatMap((corpus) => [`${corpus} tokens: FLOPs`, "GPU-hours", "money"])],
      ...costs.map(({ name, flopsPerToken }) => [
        name,
        ...Object.values(CORPORA).flatMap((tokens) => {
          const hours = gpuHours(flopsPerToken * tokens, assumed);
          return [scientific(flopsPerToken * tokens), short(hours), money(hours * assumed.pricePerGpuHour)];
        }),
      ]),
    ),
    "",
    "Beside pretraining on the same tokens (6 N per token; the share is the same for every number of tokens), and training the classifier's two halves once (80 tokens per parameter, as in the paper):",
    "",
    table(
      [
        "classifier",
        ...Object.keys(SCALE_MODELS).map((model) => `scoring / pretraining ${model}`),
        "training the biLM: FLOPs",
        "GPU-hours",
      ],
      ...costs.map(({ name, flopsPerToken, trainingFlops }) => [
        name,
        ...Object.values(SCALE_MODELS).map((parameters) => percent(flopsPerToken / pretrainingFlops(parameters, 1))),
        scientific(trainingFlops),
        short(gpuHours(trainingFlops, assumed)),
      ]),
    ),
  ].join("\n"),
  cpu: cpuTable(),
  storage: [
    `Assumed: ${assumed.bytesPerToken} bytes of UTF-8 per token, ${assumed.compression} : 1 by zstd, ids of ${assumed.idBytes} bytes, ${grouped(meanTokens)} tokens per document.`,
    "",
    table(
      ["", ...Object.keys(CORPORA).map((corpus) => `${corpus} tokens`)],
      ...[
        ["text (read once to score, once per export)", "text"],
        ["the same, .zst", "compressed"],
        ["token scores, 1 byte each (written once)", "tokenScores"],
        ["offsets, ids, checksums, document scores", "documents"],
      ].map(([name, key]) => [
        name,
        ...Object.values(CORPORA).map((tokens) => size(storageCost(tokens, meanTokens, assumed)[key])),
      ]),
    ),
  ].join("\n"),
};

/** Measured rates of a core; classifiers that were not timed are reckoned from the rate of the largest that was. */
function cpuTable() {
  if (!bench) return "Not measured yet: no `--score` file was given to bench/scale.mjs.";
  const { machine, clock, context, rows } = bench;
  const perCore = (rate) => (clock === "cpu" ? rate : rate / machine.threads);
  const largest = rows.filter(({ runner }) => runner === "f32").at(-1);
  const line = (name, runner, rate, how) => [
    name,
    runner,
    grouped(rate),
    how,
    ...Object.values(CORPORA).flatMap((tokens) => {
      const hours = coreHours(tokens, rate);
      return [grouped(hours), money(hours * assumed.pricePerCoreHour)];
    }),
  ];
  const measured = rows
    .filter(({ runner }) => runner !== "pytorch")
    .map(({ size: name, runner, tokensPerSecond, matmulShare }) =>
      line(name, runner, perCore(tokensPerSecond), `measured, ${percent(matmulShare)} of MatMul`),
    );
  const reckoned = Object.keys(SCALE_CLASSIFIERS)
    .filter((name) => !rows.some((row) => row.size === name))
    .map((name) => {
      const { flopsPerToken } = classifierCost(name, { ...assumed, context });
      return line(
        name,
        "f32",
        perCore((largest.gflops * 1e9) / flopsPerToken),
        `reckoned at the rate of ${largest.size}`,
      );
    });
  const tokenizing = tokenizer
    ? [line("tokenizing", "-", tokenizer.rows[0].tokensPerCpuSecond, "measured, cl100k_base with offsets")]
    : [];
  return [
    `${machine.cpu}, ${machine.threads} threads, ${clock === "cpu" ? "processor time" : "wall time"}; context ${context}; $${assumed.pricePerCoreHour} per core-hour assumed.`,
    "",
    table(
      [
        "classifier",
        "arithmetic",
        "tokens/s of a core",
        "how",
        ...Object.keys(CORPORA).flatMap((corpus) => [`${corpus}: core-hours`, "money"]),
      ],
      ...measured,
      ...reckoned,
      ...tokenizing,
    ),
  ].join("\n");
}

if (values.write === undefined) console.log(Object.values(tables).join("\n\n"));
else {
  let page = readFileSync(values.write, "utf8");
  for (const [name, content] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- begin ${name} -->\n)[^]*?(<!-- end ${name} -->)`);
    if (!place.test(page)) throw new Error(`${values.write} has no place for the table "${name}"`);
    page = page.replace(place, (_, begin, end) => `${begin}\n${content}\n\n${end}`);
  }
  writeFileSync(values.write, page);
  console.log(`Wrote ${Object.keys(tables).length} tables into ${values.write}.`);
}
