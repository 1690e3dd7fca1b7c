/**
 * How good is a filter, read by a person? Draws sentences of a scored corpus at random, some at or above the threshold, some below,
 * and makes precision and recall of the verdicts.
 *
 *   node bench/judge-sample.mjs draw SCORED --policies POLICY [--count 50] [--seed 1] --out SAMPLE   # SAMPLE.jsonl has text, SAMPLE.csv none
 *   node bench/judge-sample.mjs figures SAMPLE.csv          # after `verdict` and `sure` (yes, no) were filled in
 *
 * A sentence's score is the mean of its tokens'. Every sentence of at least four words is as likely as any other of its kind. The
 * order is shuffled, so that whoever reads SAMPLE.jsonl does not see which kind a sentence is of.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { random } from "../dist/base/random.js";
import { openRows, openScored, sentencesOf } from "../dist/index.js";

const [what, path, ...flags] = process.argv.slice(2);
const flag = (name, fallback) => {
  const at = flags.indexOf(`--${name}`);
  return at < 0 ? fallback : flags[at + 1];
};
const AROUND = 300;
const COLUMNS = ["id", "source", "start", "end", "score", "flagged", "verdict", "sure"];

if (what === "draw") await draw(Number(flag("count", 50)), Number(flag("seed", 1)), flag("out"));
else figures();

async function draw(count, seed, out) {
  const [{ policy }] = JSON.parse(readFileSync(join(flag("policies"), "policies.json"), "utf8")).policies;
  const job = await openScored(path);
  const kinds = [0, 1].map(() => ({ sentences: 0, tokens: 0, kept: [] }));
  const generator = random(seed, "judge sample");
  for (const [shard, input] of job.plan.inputs.entries()) {
    const wanted = new Map();
    for await (const { rows, docOffsets, tokenScores } of job.blocks(shard))
      for (const [k, row] of rows.entries()) wanted.set(row, tokenScores.slice(docOffsets[k], docOffsets[k + 1]));
    for await (const row of openRows(input, job.plan.settings).rows) {
      if (row.kind !== "document") continue;
      for (const one of scored(row.text, wanted.get(row.row), job.tokenizer())) {
        const kind = kinds[one.score >= policy.threshold ? 1 : 0];
        kind.tokens += one.tokens;
        kind.sentences++;
        // Reservoir: each sentence so far is kept with the same chance.
        const place = kind.sentences <= count ? kind.sentences - 1 : generator.integer(kind.sentences);
        if (place < count) kind.kept[place] = { id: row.id, source: input.source, ...one, text: row.text };
      }
    }
  }
  const all = kinds.flatMap(({ kept }, flagged) => kept.map((one) => ({ ...one, flagged })));
  const order = Array.from(generator.permutation(all.length), (index) => all[index]);
  const shown = order.map(({ id, source, start, end, text, units }, number) => ({
    ...{ number, id, source, start, end },
    before: text.slice(Math.max(0, units[0] - AROUND), units[0]),
    sentence: text.slice(units[0], units[1]),
    after: text.slice(units[1], units[1] + AROUND),
  }));
  writeFileSync(`${out}.jsonl`, shown.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value);
  const lines = order.map((one) => COLUMNS.map((name) => cell(one[name] ?? "")).join(","));
  const totals = kinds.map(
    ({ sentences, tokens }, k) => `# ${k ? "flagged" : "unflagged"} ${sentences} sentences ${tokens} tokens`,
  );
  writeFileSync(`${out}.csv`, `${[...totals, COLUMNS.join(","), ...lines].join("\n")}\n`);
  console.log(totals.join("\n"), `\nthreshold ${policy.threshold}`);
}

/** Sentences with at least four words. A token belongs to the sentence in which it ends. */
function scored(text, tokenScores, tokenizer) {
  const { ends } = tokenizer.encodeWithOffsets(text);
  const found = [];
  let [token, byte] = [0, 0];
  for (const { start, end } of sentencesOf(text)) {
    const sentence = text.slice(start, end);
    const from = token;
    const first = byte;
    byte += Buffer.byteLength(sentence);
    let sum = 0;
    for (; token < ends.length && ends[token] <= byte; token++) sum += tokenScores[token];
    const kept = sentence.trimEnd();
    if (token === from || (kept.match(/\p{L}+/gu)?.length ?? 0) < 4) continue;
    const score = (sum / (token - from) / 255).toFixed(4);
    found.push({
      ...{ start: first, end: first + Buffer.byteLength(kept), units: [start, start + kept.length] },
      ...{ score: Number(score), tokens: token - from },
    });
  }
  return found;
}

/** Precision, missed share and recall with Wilson's 95 % intervals, as judged and with doubts taken either way. */
function figures() {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const totals = Object.fromEntries(
    lines.filter((line) => line.startsWith("#")).map((line) => [line.split(" ")[1], Number(line.split(" ")[4])]),
  );
  // From the right: an id may hold commas.
  const rows = lines.filter((line) => !line.startsWith("#")).slice(1);
  const judged = rows.map((line) => line.split(",").slice(-3));
  if (judged.some((cells) => cells.slice(1).some((cell) => cell !== "yes" && cell !== "no")))
    throw new Error("Fill in verdict and sure with yes or no in every line.");
  const share = totals.flagged / (totals.flagged + totals.unflagged);
  console.log(`tokens flagged: ${(100 * share).toFixed(1)} %`);
  const recall = (p, m) => (p * totals.flagged) / (p * totals.flagged + m * totals.unflagged);
  const shown = ({ value, low, high }) => `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  for (const [reading, doubt] of Object.entries({
    "as judged": null,
    "doubts are no": "no",
    "doubts are yes": "yes",
  })) {
    const [precision, missed] = ["1", "0"].map((kind) => {
      const own = judged.filter(([flagged]) => flagged === kind);
      const isYes = ([, verdict, sure]) => (sure === "no" && doubt ? doubt : verdict) === "yes";
      return wilson(own.filter(isYes).length, own.length);
    });
    const ends = { low: recall(precision.low, missed.high), high: recall(precision.high, missed.low) };
    const found = { value: recall(precision.value, missed.value), ...ends };
    console.log(`${reading}: precision ${shown(precision)}, missed ${shown(missed)}, recall ${shown(found)}`);
  }
}

function wilson(yes, all, z = 1.96) {
  const p = yes / all;
  const middle = (p + z ** 2 / (2 * all)) / (1 + z ** 2 / all);
  const half = (z * Math.sqrt((p * (1 - p)) / all + z ** 2 / (4 * all ** 2))) / (1 + z ** 2 / all);
  return { value: p, low: middle - half, high: middle + half };
}
