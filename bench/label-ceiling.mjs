/**
 * How good could labels from these latents be if the judge knew the truth? Separates what a judge gets wrong from what model,
 * SAE and rule cannot do: latents are kept by how often they are right where they are strong, on train documents; the cut that gives
 * the best F1 there is then measured on test documents.
 *
 *   node bench/label-ceiling.mjs LABELS        # a folder of `npx lacuna label` whose corpus has truth
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  gradeLabels,
  LatentStatistics,
  labelDocuments,
  openLatents,
  openSample,
  readDomain,
  readTruth,
  selectLatents,
  specialMask,
} from "../dist/index.js";

const folder = process.argv[2];
const { options, result } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
const forget = readDomain(options.domain).truth;
const reader = await openLatents(options);
if (reader.tokenizer === undefined) throw new Error("Truth is in the shards' tokens: give labels of a model of ours.");
const sample = openSample(options, reader, join(folder, "..", ".ceiling"), () => {});

/** Activations of a split's documents, in memory. */
async function activationsOf(split) {
  const all = [];
  for await (const one of reader.read(sample.documents(split).model.documents)) all.push(one);
  return all;
}
const activations = { train: await activationsOf("train"), test: await activationsOf("test") };
const { model } = sample.documents("train");
const masks = model.documents.map((tokens) => specialMask(tokens, model.specials));
const statistics = new LatentStatistics(reader.latents);
for (const { document, active } of activations.train) statistics.add(active, masks[document]);
const thresholds = statistics.thresholds(options.sd);

const truth = { train: readTruth(options.tokens, "train"), test: readTruth(options.tokens, "test") };
const isForget = truth.train.domains.map((name) => forget.includes(name));
const [strong, right] = [new Float64Array(reader.latents), new Float64Array(reader.latents)];
let position = 0;
for (const { active } of activations.train)
  for (let token = 0; token + 1 < active.offsets.length; token++, position++) {
    const domain = truth.train.labels[position];
    if (domain === 255) continue;
    for (let entry = active.offsets[token]; entry < active.offsets[token + 1]; entry++) {
      const latent = active.latents[entry];
      if (active.values[entry] < thresholds[latent]) continue;
      strong[latent]++;
      if (isForget[domain]) right[latent]++;
    }
  }

async function grade(split, keep) {
  const documents = sample.documents(split);
  const kept = { keep, thresholds: Float64Array.from(keep, (latent) => thresholds[latent]) };
  const few = async function* () {
    for (const { document, active } of activations[split]) yield { document, active: selectLatents(active, keep) };
  };
  const { labels } = await labelDocuments(few(), kept, documents, options, options.documentShare);
  const sources = documents.shard.map(() => "");
  const lengths = documents.shard.map(({ length }) => length);
  return gradeLabels(labels, truth[split], sources, lengths, forget, options.documentShare).tokens;
}

const row = (name, kept, { precision, recall, f1, labelled }) =>
  `| ${name} | ${kept} | ${[precision, recall, f1, labelled].map((value) => value.toFixed(3)).join(" | ")} |`;
console.log("| latents kept | number | precision | recall | F1 | labelled |\n|---|---:|---:|---:|---:|---:|");
console.log(row(`by the ${result.judge} judge, test`, result.latents.kept, result.splits.test.truth.tokens));
let best;
for (const cut of [0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) {
  const keep = Uint32Array.from(
    [...strong.keys()].filter((latent) => strong[latent] >= 20 && right[latent] >= cut * strong[latent]),
  );
  const train = await grade("train", keep);
  console.log(row(`right in ${cut} of strong tokens, train`, keep.length, train));
  if (!best || train.f1 > best.train.f1) best = { cut, keep, train };
}
console.log(row(`right in ${best.cut}, test`, best.keep.length, await grade("test", best.keep)));
await reader.release();
